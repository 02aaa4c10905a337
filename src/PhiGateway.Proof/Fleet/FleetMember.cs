using System.Security.Cryptography;
using System.Text;
using PhiGateway.Proof.Building;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Heads;
using PhiGateway.Proof.Keys;
using PhiGateway.Proof.Tiles;
using PhiGateway.Proof.Verification;

namespace PhiGateway.Proof.Fleet;

/// <summary>What the fleet log knows of one node's log: its keys, and the largest that it signed. Changed by <see cref="FleetLog"/> alone.</summary>
/// <param name="log">Name of the log.</param>
public sealed class FleetMember(string log)
{
    // Heads come again for an hour; what is older is told by its size.
    private const int MostSeen = 5000;
    private static readonly TimeSpan SeenFor = TimeSpan.FromHours(24);

    private readonly List<NoteKey> _keys = [];
    private readonly Dictionary<string, DateTimeOffset> _seen = new(StringComparer.Ordinal);
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private readonly SignedStatements _statements = new();
    private (long Size, TreeHash Root)? _largest;

    /// <summary>Name of the log.</summary>
    public string Log => log;

    /// <summary>The checkpoint with the largest size; null: none was seen yet.</summary>
    public LogHead? Newest { get; private set; }

    /// <summary>Its place in the fleet log.</summary>
    public long Index { get; private set; } = -1;

    /// <summary>Records under it.</summary>
    public long Size => _largest?.Size ?? 0;

    /// <summary>Whether it has signed what contradicts what it signed before.</summary>
    public bool IsContradicted => _told.Count > 0;

    /// <summary>How many statements of its keys the fleet log has.</summary>
    public int Statements => _statements.Count;

    internal bool HasSeen(LogHead head) => _seen.ContainsKey(DigestOf(head)) || _statements.Has(head);

    /// <summary>Whether a key of this log signed a head; of the first statement of keys that comes, its own.</summary>
    internal bool Knows(LogHead head, SignedNote note) => head.Kind == LogHeadKind.Keys ? IsStatement(note) : IsCheckpoint(head, note);

    /// <summary>Takes the keys of a statement that is known to be this log's.</summary>
    internal void LearnKeys(SignedNote note)
    {
        if (KeyStatement.Parse(note.Text) is { } statement)
        {
            _keys.AddRange(statement.LogKeys.Where(key => !_keys.Exists(known => known.ToString() == key.ToString())));
        }
    }

    /// <summary>Takes a head that is in the fleet log now.</summary>
    /// <returns>What it says against those that came before; null: nothing, or it was told already.</returns>
    internal ProofFinding? Learn(LogHead head, long index)
    {
        _seen[DigestOf(head)] = head.Time;
        if (_seen.Count > MostSeen)
        {
            foreach (var old in _seen.Where(one => one.Value < head.Time - SeenFor).Select(static one => one.Key).ToList())
            {
                _seen.Remove(old);
            }
        }

        if (SignedNote.Parse(head.Note) is not { } note)
        {
            return null;
        }

        if (head.Kind == LogHeadKind.Keys)
        {
            LearnKeys(note);
            return Told(_statements.Learn(head, note, log));
        }

        var finding = _statements.Contradiction(head, note, log) ?? Contradiction(head);
        if (FleetHead.RootOf(head) is { } root && (_largest is not var (size, _) || head.Size > size))
        {
            (_largest, Newest, Index) = ((head.Size, root), head, index);
        }

        return Told(finding);
    }

    private ProofFinding? Told(ProofFinding? finding) => finding is not null && _told.Add(finding.Code) ? finding : null;

    private bool IsStatement(SignedNote note)
    {
        if (
            KeyStatement.Parse(note.Text) is not { LogKeys.Count: > 0 } statement
            || statement.Origin != LogOrigin.Of(log)
            || !statement.LogKeys.All(note.IsSignedBy)
        )
        {
            return false;
        }

        return _keys.Count == 0 ? statement.Number == 0 : _keys.Exists(note.IsSignedBy);
    }

    private bool IsCheckpoint(LogHead head, SignedNote note) =>
        Checkpoint.Parse(note.Text) is { } checkpoint
        && checkpoint.Origin == LogOrigin.Of(log)
        && checkpoint.Size == head.Size
        && _keys.Exists(note.IsSignedBy);

    // Nothing more can be told without the log itself; whoever has it asks the verifier.
    private ProofFinding? Contradiction(LogHead head)
    {
        if (_largest is not var (size, root) || FleetHead.RootOf(head) is not { } said)
        {
            return null;
        }

        if (head.Size == size && said != root)
        {
            return new ProofFinding(FindingCode.LogRewritten, log, size, $"The log signed two histories of {size} records.");
        }

        return head.Size < size && Newest is { } newest && head.Time > newest.Time
            ? new ProofFinding(
                FindingCode.LogTruncated,
                log,
                head.Size,
                $"The log signed {head.Size} records after it had signed {size}: its node was put back."
            )
            : null;
    }

    private static string DigestOf(LogHead head) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(head.Note)));
}
