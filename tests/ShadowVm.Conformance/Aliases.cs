// The processor of tests of single instructions is the product's own: `shadowvm isa test` uses it.
global using EdgeProcessor = ShadowVm.Engine.Verification.TestProcessor;
