namespace ShadowVm.Machine.Elf;

/// <summary>
/// An image can't be loaded. The message is one sentence with the image's name, the place and the value.
/// </summary>
/// <param name="message">The sentence.</param>
public sealed class ImageException(string message) : Exception(message);
