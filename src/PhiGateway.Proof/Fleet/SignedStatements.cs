using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Heads;
using PhiGateway.Proof.Keys;
using PhiGateway.Proof.Verification;

namespace PhiGateway.Proof.Fleet;

/// <summary>
/// The statements of keys that one log has signed, by their numbers, and how much was signed under each evolving key. What contradicts them says
/// that the node was put back, or runs twice, whatever its clock says. Changed by <see cref="FleetMember"/> alone.
/// </summary>
/// <remarks>
/// A node makes a new evolving key at every start and every hour, and makes each number once. Put back, it makes the number again, with another
/// key; or it changes keys at a size beyond which the key before had signed already.
/// </remarks>
internal sealed class SignedStatements
{
    // A checkpoint is signed by one of the newest keys; those before are destroyed.
    private const int MostAsked = 3;

    private readonly Dictionary<int, Statement> _byNumber = [];
    private readonly HashSet<string> _notes = new(StringComparer.Ordinal);
    private int _newest = -1;

    /// <summary>How many there are.</summary>
    public int Count => _notes.Count;

    /// <summary>Whether a statement is among them.</summary>
    public bool Has(LogHead head) => head.Kind == LogHeadKind.Keys && _notes.Contains(head.Note);

    /// <summary>Takes a statement.</summary>
    /// <returns>What it says against what was signed before; null: nothing.</returns>
    public ProofFinding? Learn(LogHead head, SignedNote note, string log)
    {
        if (KeyStatement.Parse(note.Text) is not { } said || !_notes.Add(head.Note))
        {
            return null;
        }

        if (_byNumber.TryGetValue(said.Number, out var other))
        {
            return other.Text == note.Text
                ? null
                : new ProofFinding(
                    FindingCode.LogRewritten,
                    log,
                    said.Size,
                    $"The log signed two statements of keys with the number {said.Number}: its node was put back, runs twice, or began anew."
                );
        }

        _byNumber[said.Number] = new Statement(said.Evolving, said.Size, note.Text);
        _newest = Math.Max(_newest, said.Number);
        var most = _byNumber.Where(one => one.Key < said.Number).Select(static one => one.Value.Most).DefaultIfEmpty(-1).Max();
        return most > said.Size ? Truncated(log, said.Size, most) : null;
    }

    /// <summary>Takes note of the key that signed a checkpoint.</summary>
    /// <returns>What that says against the statements behind that key; null: nothing.</returns>
    public ProofFinding? Contradiction(LogHead head, SignedNote note, string log)
    {
        for (var number = _newest; number > _newest - MostAsked; number--)
        {
            if (!_byNumber.TryGetValue(number, out var signer) || !note.IsSignedBy(signer.Key))
            {
                continue;
            }

            signer.Most = Math.Max(signer.Most, head.Size);
            for (var behind = number + 1; behind <= _newest; behind++)
            {
                if (_byNumber.TryGetValue(behind, out var later) && later.Size < head.Size)
                {
                    return Truncated(log, later.Size, head.Size);
                }
            }

            return null;
        }

        return null;
    }

    private static ProofFinding Truncated(string log, long size, long most) =>
        new(
            FindingCode.LogTruncated,
            log,
            size,
            $"The log changed its keys at {size} records, and the key before had signed {most}: its node was put back."
        );

    private sealed class Statement(NoteKey key, long size, string text)
    {
        public NoteKey Key => key;

        public long Size => size;

        public string Text => text;

        /// <summary>The largest size that it signed; -1: none was seen.</summary>
        public long Most { get; set; } = -1;
    }
}
