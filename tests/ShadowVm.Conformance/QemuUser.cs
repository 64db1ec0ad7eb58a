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
        if (RunToEnd(program, image) is not var (output, code)) return null;
        return code == 0
            ? output
            : throw new InvalidOperationException($"{program} ended with {code} after {output.Length} bytes of output");
    }

    /// <summary>Runs a static ELF executable to its end, whatever that is.</summary>
    /// <param name="program">The emulator, such as qemu-mips.</param>
    /// <param name="image">The executable.</param>
    /// <param name="arguments">Arguments of the executable.</param>
    /// <returns>
    /// What it wrote and its exit code, 128 and the signal's number where one ended it; null where that emulator is not installed.
    /// </returns>
    public static (byte[] Output, int ExitCode)? RunToEnd(string program, byte[] image, params string[] arguments)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, image);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            using var qemu = Process.Start(new ProcessStartInfo(program, [path, .. arguments])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            })!;
            qemu.StandardInput.Close();
            var output = new MemoryStream();
            qemu.StandardOutput.BaseStream.CopyTo(output);
            qemu.WaitForExit();
            return (output.ToArray(), qemu.ExitCode);
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
