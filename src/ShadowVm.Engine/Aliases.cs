// Everything in the engine that is 128 bits wide: see Wide for why these are not the framework's types.
global using Int128 = ShadowVm.Isa.Numerics.SignedWide;
global using UInt128 = ShadowVm.Isa.Numerics.Wide;
