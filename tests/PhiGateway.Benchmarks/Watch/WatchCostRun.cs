using System.Diagnostics;
using System.Globalization;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Storage;
using PhiGateway.Storage.Common;
using PhiGateway.Watch.Detection;
using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Registered;
using PhiGateway.Watch.Usage;

namespace PhiGateway.Benchmarks.Watch;

/// <summary>
/// What the watch costs with many clients: memory that their baselines and the ledger of their use hold, and processor time for each
/// record, with the reading from the embedded store and without. Traffic is honest and spread evenly over all clients, which is the dearest
/// for memory.
/// </summary>
internal static class WatchCostRun
{
    private const int Batch = 4000;
    private const int PatientsEach = 200;
    private const int Rounds = 4;

    // What a client's grants are made of beside types: the ledger has a line of each.
    private static readonly string[] Codes = ["R", "N", "ETH", "PSY"];
    private static readonly string[] Elements = ["id,status,code", "id,status,subject", "id,code,meta"];

    private static readonly string[] Types = ["Observation", "Condition", "MedicationRequest", "Encounter", "Patient"];
    private static readonly DateTimeOffset Start = new(2026, 5, 4, 6, 0, 0, TimeSpan.Zero);

    /// <summary>Runs and prints.</summary>
    /// <param name="clients">How many clients call.</param>
    /// <param name="each">How many records each has in a round; a round is an hour of four days.</param>
    public static async Task RunAsync(int clients, int each)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var reader = new AuditEntryReader("bench/0", new PatientPseudonym(new byte[32]));
        var detector = new Detector(new Everybody(), Detector.AllRules);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var findings = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var spent = TimeSpan.Zero;
            for (var first = 0; first < clients * each; first += Batch)
            {
                // Made outside of what is measured.
                var entries = Entries(reader, round, first, Math.Min(Batch, (clients * each) - first), clients, each);
                var began = Environment.CpuUsage.TotalTime;
                foreach (var entry in entries)
                {
                    findings += detector.Take(WatchEventReader.Read(entry)!).Count;
                }

                spent += Environment.CpuUsage.TotalTime - began;
            }

            var held = GC.GetTotalMemory(forceFullCollection: true) - before;
            System.Console.WriteLine(
                $"round {round + 1}: {clients} clients, {clients * each:N0} records, {spent.TotalMicroseconds / (clients * each):0.0} µs a record, "
                    + $"{held / 1048576.0:0.0} MiB held, {held * 10_000.0 / clients / 1048576:0.0} MiB for 10,000 clients, {findings} findings"
            );
        }

        GC.KeepAlive(detector);
        MeasureLedger(reader, clients, each);
        await ThroughTheStoreAsync(reader, clients, each);
    }

    // The ledger's share of it, by itself: one that was fed with the same records and nothing beside.
    private static void MeasureLedger(AuditEntryReader reader, int clients, int each)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var ledger = new UsageLedger();
        for (var round = 0; round < Rounds; round++)
        {
            for (var first = 0; first < clients * each; first += Batch)
            {
                foreach (var entry in Entries(reader, round, first, Math.Min(Batch, (clients * each) - first), clients, each))
                {
                    ledger.Note(WatchEventReader.Read(entry)!);
                }
            }
        }

        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        var lines = Enumerable.Range(0, clients).Sum(client => (long)ledger.Of($"client-{client}").Count);
        System.Console.WriteLine(
            $"the ledger of use alone: {held / 1048576.0:0.0} MiB held, {held * 10_000.0 / clients / 1048576:0.0} MiB for 10,000 clients, "
                + $"{(double)lines / clients:0.0} lines a client"
        );
        GC.KeepAlive(ledger);
    }

    // The loop as it runs in a node, over the embedded store: how many records a second it takes at most when nothing makes it rest.
    private static async Task ThroughTheStoreAsync(AuditEntryReader reader, int clients, int each)
    {
        var folder = Directory.CreateTempSubdirectory("phigw-watch-").FullName;
        try
        {
            await using var storage = AuditStorage.Create(
                new StorageOptions { Provider = StorageProvider.Sqlite, ConnectionString = $"Data Source={folder}/audit.db" }
            );
            await storage.Migrator.MigrateAsync(default);
            for (var first = 0; first < clients * each; first += Batch)
            {
                var count = Math.Min(Batch, (clients * each) - first);
                await storage.Store.AppendAsync(Entries(reader, 0, first, count, clients, each), default);
            }

            var feed = new TrailFeed(storage.Store);
            var detector = new Detector(new Everybody(), Detector.AllRules);
            var (read, took) = (0, Stopwatch.StartNew());
            var began = Environment.CpuUsage.TotalTime;
            while (true)
            {
                var more = await feed.ReadAsync(entry => detector.Take(WatchEventReader.Read(entry)!), 2000, default);
                if (more == 0)
                {
                    break;
                }

                read += more;
            }

            var spent = Environment.CpuUsage.TotalTime - began;
            System.Console.WriteLine(
                $"through the embedded store: {read:N0} records, {spent.TotalMicroseconds / read:0.0} µs of processor a record, "
                    + $"{read / took.Elapsed.TotalSeconds:N0} records/s without a rest"
            );
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static List<AuditEntry> Entries(AuditEntryReader reader, int round, int first, int count, int clients, int each)
    {
        var entries = new List<AuditEntry>(count);
        var buffer = new byte[4096];
        for (var i = 0; i < count; i++)
        {
            var number = first + i;
            var client = number % clients;
            var turn = number / clients;
            var type = Types[(client + turn) % Types.Length];
            var isSearch = turn % 2 == 0;
            var record = new AuditRecord
            {
                Id = Guid.CreateVersion7(),
                Kind = AuditKind.Disclosure,
                Event = "read",
                Time = Start.AddDays(round).AddHours(1.0 * number / (clients * each)),
                Decision = "permit",
                Client = $"client-{client}",
                Tenant = "north",
                Environment = "production",
                Subject = $"client-{client}",
                Peer = $"10.{client / 250 % 250}.{client % 250}.10",
                Purpose = "TREAT",
                TokenHash = $"hash-{client}-{round}-{turn / 50}",
                Interaction = isSearch ? "search-type" : "read",
                ResourceType = type,
                Template = isSearch ? "/fhir/{type}" : "/fhir/{type}/{id}",
                RawTarget = TargetOf(type, turn, isSearch),
                Labels = [$"http://terminology.hl7.org/CodeSystem/v3-ActCode|{Codes[turn % Codes.Length]}"],
                Patients = [$"p{client}-{((round * each) + turn) * 7 % PatientsEach}"],
                ResourceCount = 1,
                Status = 200,
            };
            var length = AuditRecordWriter.Write(record, ref buffer, 0);
            entries.Add(reader.Read(new JournalFrame(number, new byte[32], buffer.AsSpan(0, length).ToArray())));
        }

        return entries;
    }

    // Half of the calls are searches; every third of those brings whom it is about, every fourth names what it wants.
    private static string TargetOf(string type, int turn, bool isSearch)
    {
        if (!isSearch)
        {
            return $"/fhir/{type}/1";
        }

        var include = turn % 3 == 0 ? $"&_include={type}:subject" : string.Empty;
        var elements = turn % 4 == 0 ? "&_elements=" + Elements[turn / 4 % Elements.Length] : string.Empty;
        return $"/fhir/{type}?patient=1{include}{elements}";
    }

    private sealed class Everybody : IRegisteredClients
    {
        private readonly Dictionary<string, RegisteredClient> _known = new(StringComparer.Ordinal);

        public RegisteredClient? Find(string client)
        {
            if (!_known.TryGetValue(client, out var known))
            {
                _known[client] = known = new RegisteredClient { Id = client };
            }

            return known;
        }
    }
}
