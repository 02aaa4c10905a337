using System.Diagnostics;
using Xunit;

namespace PhiGateway.EndToEnd.Faults;

/// <summary>
/// A disk of a few megabytes at a path of its own, which tests fill to the last byte; where the process may not mount one, a file size limit
/// on the gateway stands in for it, and the test's output says so.
/// </summary>
internal sealed class SmallDisk : IDisposable
{
    private const string Filler = "filler";

    private SmallDisk(string path, bool isMounted) => (Path, IsMounted) = (path, isMounted);

    public string Path { get; }

    /// <summary>Whether it is a file system of its own.</summary>
    public bool IsMounted { get; }

    /// <summary>Makes one at an empty folder.</summary>
    public static SmallDisk Create(string path, int megabytes)
    {
        Directory.CreateDirectory(path);
        return new SmallDisk(
            path,
            OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=700", "tmpfs", path)
        );
    }

    /// <summary>Takes all of its room, or all of the process's.</summary>
    public async Task FillAsync(GatewayProcess gateway)
    {
        if (!IsMounted)
        {
            TestContext.Current.SendDiagnosticMessage("No disk could be mounted: a file size limit stands in for a full one.");
            Assert.True(Run("prlimit", $"--pid={gateway.Id}", "--fsize=1:unlimited"));
            return;
        }

        await using var filler = new FileStream(At(Filler), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (var size = 64 * 1024; size > 0; size /= 2)
        {
            try
            {
                while (true)
                {
                    filler.Write(new byte[size]);
                }
            }
            catch (IOException)
            {
                // No room for so much: for half of it, perhaps.
            }
        }
    }

    /// <summary>Gives the room back.</summary>
    public void Empty(GatewayProcess gateway)
    {
        if (IsMounted)
        {
            File.Delete(At(Filler));
        }
        else
        {
            Assert.True(Run("prlimit", $"--pid={gateway.Id}", "--fsize=unlimited:unlimited"));
        }
    }

    public void Dispose()
    {
        if (IsMounted)
        {
            Run("umount", "-l", Path);
        }
    }

    private string At(string name) => System.IO.Path.Combine(Path, name);

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
