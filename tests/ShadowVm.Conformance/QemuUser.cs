using System.ComponentModel;
using System.Diagnostics;

namespace ShadowVm.Conformance;

/// <summary>
/// QEMU's emulation of a Linux process, for what a bare machine can't be compared with. The program says what it has to
/// say through the system call that writes to the standard output.
/// </summary>
internal static class QemuUser
{
    /// <summary>Runs a static ELF executable to its end.</summary>
    /// <param name="program">The emulator, such as qemu-mips.</param>
    /// <param name="image">The executable.</param>
    /// <returns>What it wrote, or null where that emulator is not installed.</returns>
    /// <exception cref="InvalidOperationException">It ended by a signal, or with another exit code than 0.</exception>
    public static byte[]? Run(string program, byte[] image)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, image);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            using var qemu = Process.Start(new ProcessStartInfo(program, [path])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            })!;
            qemu.StandardInput.Close();
            var output = new MemoryStream();
            qemu.StandardOutput.BaseStream.CopyTo(output);
            qemu.WaitForExit();
            return qemu.ExitCode == 0
                ? output.ToArray()
                : throw new InvalidOperationException($"{program} ended with {qemu.ExitCode} after {output.Length} bytes of output");
        }
        catch (Win32Exception)
        {
            return null;
        }
        finally
        {
            File.Delete(path);
        }
    }
}
