using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>
/// A real Prometheus scrapes a running gateway: every query of the board and of the alert rules is answered, by metrics that are there.
/// </summary>
public sealed partial class ScrapeTests(CanaryWorld world) : IClassFixture<CanaryWorld>
{
    // A bound for what must come, not a limit for how fast.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    // Counted when it happens, or where there are sinks, and not there before; that the product has them is held elsewhere.
    private static readonly string[] Seldom =
    [
        "phi_gateway_audit_dropped_total",
        "phi_gateway_sink_behind_seconds",
        "phi_gateway_sink_gaps_total",
        "phi_gateway_sink_rejected_total",
        "phi_gateway_watch_failures_total",
        "phi_gateway_watch_findings_total",
    ];

    [Fact]
    public async Task Prometheus_ScrapingTheGateway_AnswersEveryQueryOfBoardAndRules()
    {
        var ward = await world.TokenAsync(world.Ward);
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Patient/f001", ward)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await world.GetAsync("/Condition?patient=f001", await world.TokenAsync(world.Lab))).Status);

        // Something must have run out once: of more alternatives than a parameter may have there is a count.
        var many = string.Join(',', Enumerable.Repeat("f001", 1100));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await world.GetAsync("/Patient?_id=" + many, ward)).Status);
        var folder = Directory.CreateDirectory(Path.Combine(world.Folder, "prometheus")).FullName;
        var address = $"127.0.0.1:{LoopbackPort.Free()}";
        using var process = await StartAsync(folder, address);
        try
        {
            using var http = new HttpClient { BaseAddress = new Uri($"http://{address}/") };
            await UntilAsync(async () => await SeriesAsync(http, "phi_gateway_decisions_total") > 1);
            Assert.Equal(1, await SeriesAsync(http, "up == 1"));

            var queries = Queries();
            Assert.True(queries.Count > 20);
            foreach (var query in queries)
            {
                Assert.True(await SeriesAsync(http, query) >= 0, query);
            }

            var names = queries
                .SelectMany(static query => Metric().Matches(query))
                .Select(static match => match.Value)
                .Distinct()
                .Except(Seldom);
            foreach (var name in names)
            {
                Assert.True(await SeriesAsync(http, name) > 0, $"{name} is not there");
            }

            // What the board shows as a median can be one: the library's own buckets begin at seconds.
            foreach (var duration in (string[])["phi_gateway_request_duration_seconds", "phi_gateway_audit_write_duration_seconds"])
            {
                Assert.True(await SeriesAsync(http, duration + "_bucket{le=\"0.00025\"}") > 0, duration);
            }

            Assert.Equal(
                1,
                await SeriesAsync(http, "histogram_quantile(0.5, sum by (le) (phi_gateway_audit_write_duration_seconds_bucket)) < 2")
            );
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    // Rules by their "expr:", one line or folded; the board's by its JSON.
    private static List<string> Queries()
    {
        var rules = File.ReadAllText(RepositoryPaths.Of("deploy", "monitoring", "rules.yml"));
        var board = JsonNode.Parse(File.ReadAllText(RepositoryPaths.Of("deploy", "monitoring", "grafana-board.json")))!;
        return
        [
            .. Rule().Matches(rules).Select(static match => Blank().Replace(match.Groups["query"].Value, " ").Trim()),
            .. board["panels"]!
                .AsArray()
                .SelectMany(static panel => panel!["targets"]!.AsArray())
                .Select(static target => (string)target!["expr"]!),
        ];
    }

    private async Task<Process> StartAsync(string folder, string address)
    {
        var configuration = Path.Combine(folder, "prometheus.yml");
        await File.WriteAllTextAsync(
            configuration,
            $$"""
            global: { scrape_interval: 1s }
            scrape_configs:
              - job_name: phi-gateway
                metrics_path: /metrics
                authorization: { credentials: "{{world.Mary.Key}}" }
                static_configs: [{ targets: ["{{world.Gateway.Admin.Authority}}"] }]
            """
        );
        var start = new ProcessStartInfo(
            "prometheus",
            ["--config.file", configuration, "--storage.tsdb.path", Path.Combine(folder, "data"), "--web.listen-address", address]
        )
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return process;
    }

    // How many series a query finds now; fails where Prometheus refuses it.
    private static async Task<int> SeriesAsync(HttpClient http, string query)
    {
        using var answer = await http.GetAsync(new Uri("api/v1/query?query=" + Uri.EscapeDataString(query), UriKind.Relative));
        if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
        {
            // It has not read its own storage yet.
            return 0;
        }

        var json = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.True((string)json["status"]! == "success", $"{query}: {json}");
        return json["data"]!["result"]!.AsArray().Count;
    }

    private static async Task UntilAsync(Func<Task<bool>> there)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            try
            {
                if (await there())
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(200, patience.Token);
        }
    }

    [GeneratedRegex("phi_gateway_[a-z_]+")]
    private static partial Regex Metric();

    [GeneratedRegex(@"^ +expr: (?:[>|]-?\n)?(?<query>.+(?:\n {10,}\S.*)*)", RegexOptions.Multiline)]
    private static partial Regex Rule();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blank();
}
