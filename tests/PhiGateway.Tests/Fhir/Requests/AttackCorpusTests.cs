using PhiGateway.Fhir;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Fhir.Requests;
using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

/// <summary>Runs the corpus against the readers; over sockets it runs against the whole gateway elsewhere.</summary>
public sealed class AttackCorpusTests(ITestOutputHelper output)
{
    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(CorpusEntry.Folder(), "*.json").Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Read_Attack_IsRefusedWithItsReason(string file)
    {
        var wrong = new List<string>();
        foreach (var entry in CorpusEntry.Load(file))
        {
            var reading = RequestFixture.Read(entry.Method, entry.Target, entry.Attack.ToHeaders(), entry.Body ?? string.Empty);
            var isRead = reading.TryGet(out var request, out var refusal);
            if (entry.Expect.Entry is { } place && isRead)
            {
                refusal = request!.Entries[place].Unread?.Reason;
                isRead =
                    refusal is null
                    || request.Entries.Where((other, at) => at != place && other.Unread is not null).Any()
                    || request.Entries[place].Parts.Count > 0;
            }

            if (isRead || refusal!.Code != entry.Expect.Reason || refusal.Status != entry.Expect.Status)
            {
                wrong.Add($"{entry.Name}: {refusal?.Code ?? "understood"} ({reading.Detail}), expected {entry.Expect.Reason}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        output.WriteLine($"{file}: {CorpusEntry.Load(file).Length} attacks refused");
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Read_Twin_IsUnderstood(string file)
    {
        var wrong = new List<string>();
        foreach (var entry in CorpusEntry.Load(file))
        {
            var reading = RequestFixture.Read(
                entry.Twin.Method,
                entry.Twin.Target,
                entry.Twin.ToHeaders(),
                entry.Twin.Body ?? string.Empty
            );
            if (!reading.TryGet(out _, out var refusal))
            {
                wrong.Add($"{entry.Name}: {entry.Twin.Method} {entry.Twin.Target} {refusal.Code} ({reading.Detail})");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Corpus_EveryReason_IsOneThatExists()
    {
        var entries = Files.SelectMany(row => CorpusEntry.Load(row.Data)).ToList();
        Assert.All(entries, entry => Assert.Equal(entry.Expect.Status, DenyReason.Find(entry.Expect.Reason)?.Status));
        Assert.True(entries.Count >= 400, $"{entries.Count} entries");
    }
}
