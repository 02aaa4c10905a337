using System.Diagnostics;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Cli;

/// <summary>What <c>dotnet pack</c> makes of phigw is a tool that installs and runs, without any package source but its own folder.</summary>
[Trait("Size", "Large")]
public sealed class PhigwToolTests
{
    [Fact]
    public async Task Tool_PackedAndInstalledIntoAFolder_Runs()
    {
        var folder = Directory.CreateTempSubdirectory("phigw-tool-");
        try
        {
            var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
            await RunAsync(
                folder.FullName,
                "dotnet",
                "pack",
                RepositoryPaths.Of("src", "PhiGateway.Cli"),
                "--no-build",
                "--configuration",
                configuration,
                "--output",
                Path.Combine(folder.FullName, "packages")
            );
            await File.WriteAllTextAsync(
                Path.Combine(folder.FullName, "nuget.config"),
                """<configuration><packageSources><clear /><add key="here" value="packages" /></packageSources></configuration>""",
                TestContext.Current.CancellationToken
            );
            await RunAsync(folder.FullName, "dotnet", "tool", "install", "phigw", "--tool-path", "tools");

            var help = await RunAsync(folder.FullName, Path.Combine(folder.FullName, "tools", "phigw"), "--help");
            Assert.Contains("Exit codes:", help);
            Assert.Contains("use-case", help);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<string> RunAsync(string folder, string file, params string[] arguments)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{file} {string.Join(' ', arguments)}: {output} {await error}");
        return output;
    }
}
