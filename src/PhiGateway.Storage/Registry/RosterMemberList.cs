using System.Collections;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Storage.Registry;

/// <summary>Holds many memberships in little memory: 40 bytes and the patient's id each, made into records only as they are read.</summary>
/// <remarks>
/// Filled once, then only read. Chunks stay below the large-object heap, so that a million rows never need one long block.
/// </remarks>
internal sealed class RosterMemberList : IReadOnlyList<RosterMemberChange>
{
    private const int ChunkBits = 10;
    private const int ChunkSize = 1 << ChunkBits;
    private const long None = long.MinValue;

    private readonly List<Row[]> _chunks = [];
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);

    public int Count { get; private set; }

    public RosterMemberChange this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            ref var row = ref _chunks[index >> ChunkBits][index & (ChunkSize - 1)];
            return new RosterMemberChange(
                new RosterMember(row.Roster, row.Patient, Time(row.From), Time(row.Until), row.Source),
                row.Removed
            );
        }
    }

    public void Add(string roster, PatientId patient, DateTimeOffset? from, DateTimeOffset? until, string? source, bool removed)
    {
        if ((Count & (ChunkSize - 1)) == 0)
        {
            _chunks.Add(new Row[ChunkSize]);
        }

        _chunks[^1][Count & (ChunkSize - 1)] = new Row(
            Intern(roster),
            patient,
            from?.UtcTicks ?? None,
            until?.UtcTicks ?? None,
            source is null ? null : Intern(source),
            removed
        );
        Count++;
    }

    public IEnumerator<RosterMemberChange> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static DateTimeOffset? Time(long ticks) => ticks == None ? null : new DateTimeOffset(ticks, TimeSpan.Zero);

    // A roster's name and a feed's name repeat on every row: one copy of each is enough.
    private string Intern(string text)
    {
        if (_texts.TryGetValue(text, out var known))
        {
            return known;
        }

        _texts.Add(text, text);
        return text;
    }

    private readonly record struct Row(string Roster, PatientId Patient, long From, long Until, string? Source, bool Removed);
}
