using PhiGateway.Admin.Configuration;
using PhiGateway.Audit.Records;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Admin.Replay;

/// <summary>Decides the recorded requests of a window over two registries and notes whose answers differ; one per replay.</summary>
internal sealed class ReplayRun(TwoRegistries registries, AdminOptions options, DateTimeOffset now)
{
    private const int MostExamples = 10;

    private readonly ReplayJudge _judge = new(registries, options);
    private readonly SortedDictionary<string, Changes> _clients = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _not = new(StringComparer.Ordinal);
    private int _records;
    private int _replayed;

    /// <summary>Types of parts of requests that would be denied: what a narrower grant must give back.</summary>
    public HashSet<ResourceType> Missing { get; } = [];

    /// <summary>Decides one record again.</summary>
    public void Take(AuditRecord record)
    {
        _records++;
        var judged = _judge.Judge(record, now);
        if (judged.NotJudged is { } why)
        {
            _not[why] = _not.GetValueOrDefault(why) + 1;
            return;
        }

        _replayed++;
        Missing.UnionWith(judged.Missing);
        if (judged.Differs)
        {
            Note(record, judged);
        }
    }

    /// <summary>What came out.</summary>
    public ReplayReport Report(DateTimeOffset from, DateTimeOffset to, bool isComplete) =>
        new(
            from,
            to,
            _records,
            _replayed,
            isComplete,
            _clients.Values.Sum(static client => client.Denied),
            _clients.Values.Sum(static client => client.Permitted),
            [.. _clients.Select(static pair => new ReplayedClient(pair.Key, pair.Value.Denied, pair.Value.Permitted, pair.Value.Examples))],
            _not
        );

    private void Note(AuditRecord record, Judged judged)
    {
        var client = record.Client ?? string.Empty;
        if (!_clients.TryGetValue(client, out var changes))
        {
            _clients[client] = changes = new Changes();
        }

        var isDenied = judged.Was == ReplayJudge.Permitted;
        changes.Denied += isDenied ? 1 : 0;
        changes.Permitted += isDenied ? 0 : 1;
        if (changes.Examples.Count < MostExamples)
        {
            changes.Examples.Add(new ChangedAnswer(record.Id, record.Time, record.Template, judged.Was, judged.Becomes, judged.Rule));
        }
    }

    private sealed class Changes
    {
        public int Denied { get; set; }

        public int Permitted { get; set; }

        public List<ChangedAnswer> Examples { get; } = [];
    }
}
