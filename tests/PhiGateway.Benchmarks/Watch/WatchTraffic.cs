using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Watch.Registered;

namespace PhiGateway.Benchmarks.Watch;

/// <summary>
/// Records of many clients that all work alike, as the store would give them: honest, and spread evenly over all, which is the dearest for
/// memory. Made for what measures the watch.
/// </summary>
internal sealed class WatchTraffic(int clients)
{
    /// <summary>When the first of them was written.</summary>
    public static readonly DateTimeOffset Start = new(2026, 5, 4, 6, 0, 0, TimeSpan.Zero);

    private const int PatientsEach = 200;

    // What a client's grants are made of beside types: the ledger has a line of each.
    private static readonly string[] Codes = ["R", "N", "ETH", "PSY"];
    private static readonly string[] Elements = ["id,status,code", "id,status,subject", "id,code,meta"];
    private static readonly string[] Types = ["Observation", "Condition", "MedicationRequest", "Encounter", "Patient"];

    private readonly AuditEntryReader _reader = new("bench/0", new PatientPseudonym(new byte[32]));
    private byte[] _buffer = new byte[4096];

    /// <summary>How many clients there are.</summary>
    public int Clients => clients;

    /// <summary>Some of them.</summary>
    /// <param name="first">Number of the first, and its place in the log.</param>
    /// <param name="count">How many.</param>
    /// <param name="timeOf">When each was written, by its number.</param>
    public List<AuditEntry> Entries(long first, int count, Func<long, DateTimeOffset> timeOf)
    {
        var entries = new List<AuditEntry>(count);
        for (var number = first; number < first + count; number++)
        {
            var length = AuditRecordWriter.Write(Record(number, timeOf(number)), ref _buffer, 0);
            entries.Add(_reader.Read(new JournalFrame(number, new byte[32], _buffer.AsSpan(0, length).ToArray())));
        }

        return entries;
    }

    private AuditRecord Record(long number, DateTimeOffset at)
    {
        var client = (int)(number % clients);
        var turn = (int)(number / clients);
        var type = Types[(client + turn) % Types.Length];
        var isSearch = turn % 2 == 0;
        return new AuditRecord
        {
            Id = Guid.CreateVersion7(),
            Kind = AuditKind.Disclosure,
            Event = "read",
            Time = at,
            Decision = "permit",
            Client = $"client-{client}",
            Tenant = "north",
            Environment = "production",
            Subject = $"client-{client}",
            UserAgent = "connector/4",
            Peer = $"10.{client / 250 % 250}.{client % 250}.10",
            Purpose = "TREAT",
            TokenHash = $"hash-{client}-{turn / 50}",
            TokenIssuedAt = at.AddMinutes(-3),
            Interaction = isSearch ? "search-type" : "read",
            ResourceType = type,
            Template = isSearch ? $"GET /{type}" : $"GET /{type}/{{id}}",
            RawTarget = TargetOf(type, turn, isSearch),
            Labels = [$"http://terminology.hl7.org/CodeSystem/v3-ActCode|{Codes[turn % Codes.Length]}"],
            Patients = [$"p{client}-{turn * 7 % PatientsEach}"],
            ResourceCount = 1,
            Status = 200,
        };
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
}

/// <summary>A registry that knows every client and says nothing of it.</summary>
internal sealed class Everybody : IRegisteredClients
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

    public IReadOnlyCollection<string> FindHolders(string roster) => [];
}
