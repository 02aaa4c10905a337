using System.Diagnostics;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Benchmarks.Fleet;
using PhiGateway.Storage;
using PhiGateway.Storage.Common;
using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.Benchmarks.Audit;

/// <summary>
/// How long a page of a search takes on Postgres, for every filter that the API has, alone and in pairs, with values that many, few and no
/// records have; and what counting costs. Fills a database of its own through the store, which also says how fast it drains.
/// </summary>
internal static class SearchRun
{
    private const int BatchSize = 5000;

    private static readonly (string Name, Func<AuditQuery, AuditQuery> Set)[] Filters =
    [
        ("client, busiest", q => q with { Client = "client-000" }),
        ("client, quiet", q => q with { Client = "client-199" }),
        ("client, none", q => q with { Client = "nobody" }),
        ("tenant", q => q with { Tenant = "tenant-0" }),
        ("tenant, none", q => q with { Tenant = "nowhere" }),
        ("decision permit", q => q with { Decision = "permit" }),
        ("decision deny", q => q with { Decision = "deny" }),
        ("decision error", q => q with { Decision = "error" }),
        ("decision unknown (none)", q => q with { Decision = "unknown" }),
        ("reason, frequent", q => q with { Reason = "outside-use-case" }),
        ("reason, rare", q => q with { Reason = "revoked" }),
        ("reason, none", q => q with { Reason = "emergency-closed" }),
        ("kind disclosure", q => q with { Kind = AuditKind.Disclosure }),
        ("kind override (rare)", q => q with { Kind = AuditKind.Override }),
        ("kind hold (none)", q => q with { Kind = AuditKind.Hold }),
        ("actor", q => q with { Actor = "person-00@hospital.example" }),
        ("actor, none", q => q with { Actor = "nobody@hospital.example" }),
        ("type, frequent", q => q with { ResourceType = "Observation" }),
        ("type, rare", q => q with { ResourceType = "Provenance" }),
        ("interaction", q => q with { Interaction = "vread" }),
        ("interaction, none", q => q with { Interaction = "export" }),
        ("use case", q => q with { UseCase = "use-case-150" }),
        ("organization", q => q with { Organization = "organization-07" }),
        ("purpose, one of several", q => q with { Purpose = "HPAYMT" }),
        ("patient, in 1 % of all", q => q with { PatientKeys = [TrailSample.KeyOf(0)] }),
        ("patient", q => q with { PatientKeys = [TrailSample.KeyOf(77)] }),
        ("patient, none", q => q with { PatientKeys = ["nobody"] }),
        ("patient, by eight keys", q => q with { PatientKeys = [.. Enumerable.Range(70, 8).Select(TrailSample.KeyOf)] }),
    ];

    // Names a database to fill and to keep, so that a run that was broken off goes on where it was: all else is the same each time.
    private const string Kept = "PHIGW_SEARCH_DATABASE";

    public static async Task RunAsync(long records, int rounds)
    {
        if (Environment.GetEnvironmentVariable(Kept) is { Length: > 0 } kept)
        {
            await RunAsync(kept, records, rounds);
            return;
        }

        await using var cluster = await PostgresCluster.StartNewAsync();
        await RunAsync(await cluster.CreateDatabaseAsync(), records, rounds);
    }

    private static async Task RunAsync(string connection, long records, int rounds)
    {
        await using var storage = AuditStorage.Create(
            new StorageOptions { Provider = StorageProvider.Postgres, ConnectionString = connection }
        );
        await storage.Migrator.MigrateAsync(default);
        var now = TimeProvider.System.GetUtcNow();
        var start = new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(-1);
        await FillAsync(storage, new TrailSample(records, start));
        await TellSizeAsync(connection, records);

        var times = new List<(string Name, List<double> Milliseconds)>();
        var middle = start.AddDays(60);
        (string Name, Func<AuditQuery, AuditQuery> Set)[] all =
        [
            ("no filter", static q => q),
            .. Filters,
            ("from, last day", q => q with { From = start.AddDays(119) }),
            ("to, in the middle", q => q with { To = middle }),
            ("one hour", q => q with { From = middle, To = middle.AddHours(1) }),
        ];
        for (var round = 0; round < rounds; round++)
        {
            System.Console.WriteLine($"round {round + 1} of {rounds}");
            var place = 0;
            for (var i = 0; i < all.Length; i++)
            {
                for (var j = i; j < all.Length; j++)
                {
                    var name = i == j ? all[i].Name : $"{all[i].Name} + {all[j].Name}";
                    if (times.Count == place)
                    {
                        times.Add((name, []));
                    }

                    var query = all[j].Set(all[i].Set(new AuditQuery { Limit = 50 }));
                    times[place++].Milliseconds.AddRange(await PagesAsync(storage.Store, query));
                }
            }
        }

        Tell(times, all.Select(static one => one.Name).ToHashSet());
        await CountAsync(storage, start);
    }

    private static async Task FillAsync(AuditStorage storage, TrailSample sample)
    {
        var started = Stopwatch.GetTimestamp();
        var stored = await storage.Store.GetWatermarkAsync(TrailSample.Log, default) + 1;
        var before = stored;
        System.Console.WriteLine(stored > 0 ? $"{stored} records are there" : "filling");

        // While one batch is stored the next one is made.
        using var batches = sample.Batches(BatchSize, stored).GetEnumerator();
        var next = Task.Run(Next);
        while (await next is { } batch)
        {
            next = Task.Run(Next);
            await storage.Store.AppendAsync(batch, default);
            stored += batch.Length;
            if (stored % 500_000 == 0)
            {
                System.Console.WriteLine($"{stored} records after {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s");
            }
        }

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        System.Console.WriteLine(
            $"{stored - before} records stored, made beside, in {seconds:0} s: {(stored - before) / seconds:0} a second"
        );

        AuditEntry[]? Next() => batches.MoveNext() ? batches.Current : null;
    }

    private static async Task TellSizeAsync(string connection, long records)
    {
        await using var source = Npgsql.NpgsqlDataSource.Create(connection);
        await using (var analyze = source.CreateCommand("VACUUM ANALYZE"))
        {
            analyze.CommandTimeout = 0;
            await analyze.ExecuteNonQueryAsync();
        }

        await using var size = source.CreateCommand(
            """
            SELECT sum(pg_table_size(inhrelid)), sum(pg_indexes_size(inhrelid)), (SELECT count(*) FROM audit_shape),
                (SELECT sum(pg_relation_size(x.indexrelid)) FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid WHERE c.relname LIKE '%shape_time%')
            FROM pg_inherits WHERE inhparent = 'audit_event'::regclass
            """
        );
        await using var reader = await size.ExecuteReaderAsync();
        await reader.ReadAsync();
        System.Console.WriteLine(
            $"bytes a record: {reader.GetDecimal(0) / records:0} rows, {reader.GetDecimal(1) / records:0} indexes, "
                + $"of them {reader.GetDecimal(3) / records:0} by shape; {reader.GetInt64(2)} shapes over all months"
        );
    }

    // The first page and the one after it.
    private static async Task<List<double>> PagesAsync(IAuditStore store, AuditQuery query)
    {
        var times = new List<double>();
        for (var page = 0; page < 2; page++)
        {
            var started = Stopwatch.GetTimestamp();
            var found = await store.QueryAsync(query, default);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            if (found.Next is null)
            {
                break;
            }

            query = query with { Cursor = found.Next };
        }

        return times;
    }

    private static void Tell(List<(string Name, List<double> Milliseconds)> times, HashSet<string> alone)
    {
        System.Console.WriteLine("\n| shape | p50 ms | p95 ms | max ms |\n|---|---|---|---|");
        foreach (var (name, milliseconds) in times.Where(one => alone.Contains(one.Name)))
        {
            Row(name, milliseconds);
        }

        System.Console.WriteLine("\nThe slowest ten pairs:\n\n| shape | p50 ms | p95 ms | max ms |\n|---|---|---|---|");
        foreach (
            var (name, milliseconds) in times
                .Where(one => !alone.Contains(one.Name))
                .OrderByDescending(one => P(one.Milliseconds, 0.95))
                .Take(10)
        )
        {
            Row(name, milliseconds);
        }

        Row("all shapes, alone and in pairs", [.. times.SelectMany(static one => one.Milliseconds)]);
        System.Console.WriteLine("\nOver 100 ms, all of them:\n\n| shape | p50 ms | p95 ms | max ms |\n|---|---|---|---|");
        foreach (var (name, milliseconds) in times.Where(one => P(one.Milliseconds, 0.95) > 100))
        {
            Row(name, milliseconds);
        }

        System.Console.WriteLine(
            $"\n{times.Count} shapes; {times.Count(one => P(one.Milliseconds, 0.95) > 100)} with a p95 over 100 ms, "
                + $"{times.Count(one => P(one.Milliseconds, 0.95) > 50)} over 50 ms"
        );
    }

    private static void Row(string name, List<double> milliseconds) =>
        System.Console.WriteLine($"| {name} | {P(milliseconds, 0.5):0.0} | {P(milliseconds, 0.95):0.0} | {P(milliseconds, 1):0.0} |");

    private static double P(List<double> milliseconds, double share)
    {
        var times = new Latencies(string.Empty);
        milliseconds.ForEach(one => times.Add(TimeSpan.FromMilliseconds(one)));
        return times.Percentile(share);
    }

    private static async Task CountAsync(AuditStorage storage, DateTimeOffset start)
    {
        foreach (
            var (name, work) in ((string, Func<Task>)[])
                [
                    ("facets of everything", () => storage.Reports.TallyAsync(new AuditQuery(), default)),
                    ("facets of the refusals", () => storage.Reports.TallyAsync(new AuditQuery { Decision = "deny" }, default)),
                    (
                        "requests by day and client, 120 days",
                        () =>
                            OverTimeAsync(
                                new AuditCounts
                                {
                                    From = start,
                                    To = start.AddDays(120),
                                    Step = TimeSpan.FromDays(1),
                                    By = [AuditColumn.Client],
                                }
                            )
                    ),
                    (
                        "a client's refusals by hour and reason, 30 days",
                        () =>
                            OverTimeAsync(
                                new AuditCounts
                                {
                                    From = start,
                                    To = start.AddDays(30),
                                    Step = TimeSpan.FromHours(1),
                                    By = [AuditColumn.Reason],
                                    Client = "client-000",
                                    Decision = "deny",
                                }
                            )
                    ),
                ]
        )
        {
            var times = new List<double>();
            for (var i = 0; i < 3; i++)
            {
                var started = Stopwatch.GetTimestamp();
                await work();
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }

            System.Console.WriteLine($"{name}: {times.Order().ElementAt(1):0} ms");
        }

        Task OverTimeAsync(AuditCounts counts) => storage.Store.CountAsync(counts, default);
    }
}
