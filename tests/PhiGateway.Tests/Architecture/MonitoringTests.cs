using System.Text.Json;
using System.Text.RegularExpressions;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Architecture;

/// <summary>The board and the alert rules ask for metrics that the gateway has, by the names that Prometheus gives them.</summary>
public sealed partial class MonitoringTests
{
    private static readonly HashSet<string> Known = [.. Instruments().SelectMany(Names)];

    [Theory]
    [InlineData("rules.yml")]
    [InlineData("rules.test.yml")]
    [InlineData("grafana-board.json")]
    public void File_Metrics_AreThoseOfTheGateway(string file)
    {
        var asked = Metric().Matches(File.ReadAllText(PathOf(file))).Select(match => match.Value).Distinct().ToList();

        Assert.NotEmpty(asked);
        Findings.AssertNone(asked.Where(name => !Known.Contains(name)).Select(name => $"{file}: no such metric: {name}"));
    }

    [Fact]
    public void Board_EveryPanel_AsksSomethingAndHasAPlaceOfItsOwn()
    {
        using var board = JsonDocument.Parse(File.ReadAllText(PathOf("grafana-board.json")));
        var panels = board.RootElement.GetProperty("panels").EnumerateArray().ToList();

        Assert.All(panels, panel => Assert.NotEmpty(panel.GetProperty("targets").EnumerateArray()));
        Assert.Equal(panels.Count, panels.Select(panel => panel.GetProperty("gridPos").GetRawText()).Distinct().Count());
        Assert.Equal(panels.Count, panels.Select(panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
    }

    [Fact]
    public void Names_AnInstrument_AreAsPrometheusHasThem()
    {
        Assert.Equal(["phi_gateway_decisions_total"], Names(("Counter", "phi_gateway.decisions", "{decision}")));
        Assert.Equal(["phi_gateway_memory_held_bytes"], Names(("ObservableGauge", "phi_gateway.memory.held", "By")));
        Assert.Contains("phi_gateway_request_duration_seconds_bucket", Names(("Histogram", "phi_gateway.request.duration", "s")));
    }

    private static string PathOf(string file) => RepositoryPaths.Of("deploy", "monitoring", file);

    private static IEnumerable<(string Kind, string Name, string Unit)> Instruments() =>
        SourceFiles
            .Below("src")
            .SelectMany(file => Instrument().Matches(File.ReadAllText(file)))
            .Select(match => (match.Groups["kind"].Value, match.Groups["name"].Value, UnitOf(match.Groups["rest"].Value)));

    // The unit is the first literal after the name, wherever the function that observes stands.
    private static string UnitOf(string rest) => Literal().Match(rest) is { Success: true } unit ? unit.Groups["text"].Value : string.Empty;

    private static IEnumerable<string> Names((string Kind, string Name, string Unit) instrument)
    {
        var name = instrument.Name.Replace('.', '_');
        name += instrument.Unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            _ => string.Empty,
        };
        return instrument.Kind switch
        {
            "Histogram" => [name + "_bucket", name + "_sum", name + "_count"],
            "Counter" or "ObservableCounter" => [name + "_total"],
            _ => [name],
        };
    }

    [GeneratedRegex("phi_gateway_[a-z_]+")]
    private static partial Regex Metric();

    [GeneratedRegex("""Create(?<kind>\w+?)(?:<\w+>)?\(\s*"(?<name>phi_gateway\.[\w.]+)"(?<rest>[^;]*);""")]
    private static partial Regex Instrument();

    [GeneratedRegex("\"(?<text>[^\"]*)\"")]
    private static partial Regex Literal();
}
