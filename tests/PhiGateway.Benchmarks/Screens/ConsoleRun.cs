using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using PhiGateway.Audit.Shipping;
using PhiGateway.Benchmarks.Audit;
using PhiGateway.Benchmarks.Fleet;
using PhiGateway.Storage;
using PhiGateway.Storage.Common;
using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.Benchmarks.Screens;

/// <summary>
/// How long each page of the console takes and how large it is, asked for over HTTP by somebody with every role, over a trail and a registry
/// of a given size in Postgres. The first look of each is told apart: what is counted behind the pages is not there yet.
/// </summary>
internal static class ConsoleRun
{
    private const int Batch = 5000;
    private const double Target = 200;
    private const int MostWords = 300;

    // Name databases to fill and to keep, so that the next run only looks: all else is the same each time.
    private const string KeptTrail = "PHIGW_CONSOLE_TRAIL";
    private const string KeptRegistry = "PHIGW_CONSOLE_REGISTRY";

    /// <param name="records">Of the trail.</param>
    /// <param name="clients">Of the registry.</param>
    /// <param name="rounds">Looks at each page besides the first.</param>
    /// <param name="only">Pages are asked for whose name has this in it; empty: all.</param>
    public static async Task RunAsync(long records, int clients, int rounds, string only)
    {
        if (
            Environment.GetEnvironmentVariable(KeptTrail) is { Length: > 0 } trail
            && Environment.GetEnvironmentVariable(KeptRegistry) is { Length: > 0 } registry
        )
        {
            await RunAsync(OptionsOf(trail), OptionsOf(registry), records, clients, rounds, only);
            return;
        }

        await using var cluster = await PostgresCluster.StartNewAsync();
        var (ofTrail, ofRegistry) = (await cluster.CreateDatabaseAsync(), await cluster.CreateDatabaseAsync());
        await RunAsync(OptionsOf(ofTrail), OptionsOf(ofRegistry), records, clients, rounds, only);
    }

    private static async Task RunAsync(
        StorageOptions ofTrail,
        StorageOptions ofRegistry,
        long records,
        int clients,
        int rounds,
        string only
    )
    {
        var folder = Directory.CreateTempSubdirectory("phigw-screens-").FullName;
        var now = TimeProvider.System.GetUtcNow();
        var start = new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(-1);

        // The sample fills the months for which there are partitions; the console lives at its end.
        var clock = new ShiftedClock(start.AddDays(120) - now);
        await using var audit = AuditStorage.Create(ofTrail, clock);
        await using var registry = RegistryStorage.Create(ofRegistry, clock);
        await TimedAsync($"{records} records stored", () => FillTrailAsync(audit, new TrailSample(records, start)));
        await TimedAsync($"{clients} clients registered", () => FillRegistryAsync(registry, clients, clock));
        await AnalyzeAsync(ofTrail);
        await AnalyzeAsync(ofRegistry);
        await using (var node = await ConsoleNode.StartAsync(registry, audit, folder, clock))
        {
            using var browser = new ConsoleBrowser(node.Address);
            await TimedAsync("first sign-in and registry read", () => browser.SignInAsync("all"));
            var pages = await ConsolePages.ListAsync(browser, audit.Store, clients, clock.GetUtcNow());
            await AskAsync(browser, [.. pages.Where(page => page.Name.Contains(only, StringComparison.Ordinal))], rounds);
        }

        Directory.Delete(folder, recursive: true);
    }

    private static StorageOptions OptionsOf(string connection) =>
        new() { Provider = StorageProvider.Postgres, ConnectionString = connection };

    private static async Task FillRegistryAsync(RegistryStorage registry, int clients, TimeProvider clock)
    {
        await registry.Migrator.MigrateAsync(CancellationToken.None);
        if (await registry.Store.GetRevisionAsync(CancellationToken.None) == 0)
        {
            await ConsoleRegistry.FillAsync(registry, clients, clock.GetUtcNow());
        }
    }

    private static async Task FillTrailAsync(AuditStorage audit, TrailSample sample)
    {
        await audit.Migrator.MigrateAsync(CancellationToken.None);
        var stored = await audit.Store.GetWatermarkAsync(TrailSample.Log, CancellationToken.None) + 1;
        // The next is made while the database takes the one before.
        var storing = Task.CompletedTask;
        foreach (var batch in sample.Batches(Batch, stored))
        {
            AuditEntry[] made = [.. batch.Select(Legible)];
            await storing;
            storing = Task.Run(() => audit.Store.AppendAsync(made, CancellationToken.None));
        }

        await storing;
    }

    // As the database does by itself behind what is written.
    private static async Task AnalyzeAsync(StorageOptions options)
    {
        await using var source = Npgsql.NpgsqlDataSource.Create(options.ConnectionString);
        await using var analyze = source.CreateCommand("VACUUM ANALYZE");
        analyze.CommandTimeout = 0;
        await analyze.ExecuteNonQueryAsync();
    }

    // A page shows what stands in a record: the sample's bodies are of one form, these say what the record is.
    private static AuditEntry Legible(AuditEntry entry) =>
        entry with
        {
            Body = JsonSerializer.SerializeToUtf8Bytes(
                new
                {
                    v = 1,
                    id = entry.Id.ToString("D"),
                    kind = JsonNamingPolicy.KebabCaseLower.ConvertName(entry.Kind.ToString()),
                    @event = entry.Event,
                    time = entry.Time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
                    decision = entry.Decision.Length == 0 ? null : entry.Decision,
                    reason = entry.Reason,
                    client = entry.Client,
                    tenant = entry.Tenant,
                    useCase = entry.UseCase,
                    organization = entry.Organization,
                    actor = entry.Actor,
                    purpose = entry.Purpose,
                    resourceType = entry.ResourceType,
                    interaction = entry.Interaction,
                    template = $"/fhir/{entry.ResourceType}/{{id}}",
                    status = entry.Status,
                }
            ),
        };

    private static async Task AskAsync(ConsoleBrowser browser, IReadOnlyList<(string Name, string Path)> pages, int rounds)
    {
        var rows = pages
            .Select(static page => (page.Name, page.Path, Times: new Latencies(page.Name), First: new List<ShownPage>()))
            .ToList();
        var failed = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var (name, path, times, first) in rows)
            {
                ShownPage shown;
                try
                {
                    shown = await browser.GetAsync(path);
                }
                catch (InvalidOperationException fault)
                {
                    // An hour went into filling: the other pages are measured all the same.
                    failed[name] = fault.Message[..Math.Min(fault.Message.Length, MostWords)];
                    continue;
                }

                if (first.Count == 0)
                {
                    first.Add(shown);
                    continue;
                }

                times.Add(shown.Took);
                first[^1] = first[^1] with { Bytes = Math.Max(first[^1].Bytes, shown.Bytes) };
            }
        }

        System.Console.WriteLine("\n| page | first ms | p50 ms | p95 ms | max ms | KiB |\n|---|---|---|---|---|---|");
        foreach (var (name, _, times, first) in rows.Where(static row => row.First.Count > 0))
        {
            System.Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {name} | {first[0].Took.TotalMilliseconds:0} | {times.Percentile(0.5):0} | {times.Percentile(0.95):0} "
                        + $"| {times.Percentile(1):0} | {first[0].Bytes / 1024.0:0} |"
                )
            );
        }

        var slow = rows.Count(static row => row.First.Count > 0 && row.First[0].Took.TotalMilliseconds > Target);
        System.Console.WriteLine(
            $"\n{rows.Count} pages; {rows.Count(static row => row.Times.Percentile(0.95) > Target)} with a p95 over {Target} ms, "
                + $"{slow} with a first look over it, {failed.Count} not shown"
        );
        foreach (var (name, why) in failed)
        {
            System.Console.WriteLine($"not shown: {name}: {why}");
        }
    }

    private static async Task TimedAsync(string what, Func<Task> work)
    {
        var started = Stopwatch.GetTimestamp();
        await work();
        System.Console.WriteLine($"{what} in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
    }

    private sealed class ShiftedClock(TimeSpan ahead) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
    }
}
