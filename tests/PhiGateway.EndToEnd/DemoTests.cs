using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>The demo as a stranger starts it: it touches nobody's files, is heard on loopback alone, and what it prints works.</summary>
public sealed class DemoTests
{
    [Fact]
    public async Task Demo_FolderOfSomebodyElse_IsRefusedAndLeftAlone()
    {
        using var folder = new StartupFolder();
        await File.WriteAllTextAsync(folder.At("precious.txt"), "mine");

        var (exit, output) = await StartupFolder.RunAsync([
            "demo",
            "--port",
            $"{folder.DataPort}",
            "--admin-port",
            $"{folder.AdminPort}",
            "--data",
            folder.Root,
        ]);

        Assert.Equal(1, exit);
        Assert.Contains("holds files of somebody else", output);
        Assert.Equal("mine", await File.ReadAllTextAsync(folder.At("precious.txt")));
    }

    [Fact]
    public async Task Demo_PortBusy_SaysSo()
    {
        using var folder = new StartupFolder();
        using var busy = new TcpListener(IPAddress.Loopback, folder.DataPort);
        busy.Start();

        var (exit, output) = await StartupFolder.RunAsync([
            "demo",
            "--port",
            $"{folder.DataPort}",
            "--admin-port",
            $"{folder.AdminPort}",
            "--data",
            folder.At("demo"),
        ]);

        Assert.Equal(1, exit);
        Assert.Contains($"Port {folder.DataPort} or {folder.AdminPort} is busy", output);
    }

    [Fact]
    public async Task Demo_Running_ListensOnLoopbackOnly()
    {
        using var folder = new StartupFolder();
        using var process = Process.Start(
            StartupFolder.StartInfo([
                "demo",
                "--port",
                $"{folder.DataPort}",
                "--admin-port",
                $"{folder.AdminPort}",
                "--data",
                folder.At("demo"),
            ])
        )!;
        try
        {
            while (await process.StandardOutput.ReadLineAsync() is { } line && !line.Contains("revoke", StringComparison.Ordinal)) { }

            Assert.False(process.HasExited);
            var listeners = IPGlobalProperties
                .GetIPGlobalProperties()
                .GetActiveTcpListeners()
                .Where(end => end.Port == folder.DataPort || end.Port == folder.AdminPort)
                .ToList();
            Assert.Equal(2, listeners.Count);
            Assert.All(listeners, end => Assert.True(IPAddress.IsLoopback(end.Address)));
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    [Fact]
    public async Task Demo_PrintedCommands_FindTheirFilesFromAnyFolder()
    {
        using var folder = new StartupFolder();
        var start = StartupFolder.StartInfo([
            "demo",
            "--port",
            $"{folder.DataPort}",
            "--admin-port",
            $"{folder.AdminPort}",
            "--data",
            "de mo",
        ]);
        start.WorkingDirectory = folder.Root;
        using var process = Process.Start(start)!;
        try
        {
            var commands = new List<string>();
            while (await process.StandardOutput.ReadLineAsync() is { } line && !line.Contains("Ctrl-C", StringComparison.Ordinal))
            {
                if (line.Contains("curl", StringComparison.Ordinal))
                {
                    commands.Add(line);
                }
            }

            Assert.Equal(5, commands.Count);
            foreach (var command in commands)
            {
                var file = command.Split("$(cat '")[1].Split("')")[0];
                Assert.True(Path.IsPathFullyQualified(file), file);
                Assert.NotEmpty(await File.ReadAllTextAsync(file));
            }
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }
}
