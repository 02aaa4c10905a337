using System.Diagnostics;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>The alert rules that are shipped, held by Prometheus' own tool: they are sound, and fire when they should and not before.</summary>
public sealed class AlertRuleTests
{
    [Theory]
    [InlineData("check", "rules.yml")]
    [InlineData("test", "rules.test.yml")]
    public async Task Promtool_TheShippedRules_AreSoundAndDoWhatTheySay(string verb, string file)
    {
        var start = new ProcessStartInfo("promtool", [verb, "rules", file])
        {
            WorkingDirectory = RepositoryPaths.Of("deploy", "monitoring"),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(process.ExitCode == 0, await output + await error);
    }
}
