using PhiGateway.Proof.Checkpoints;

namespace PhiGateway.Proof.Keys;

/// <summary>The statements of a log from the first on, each verified by the one before; for verifiers. Immutable.</summary>
public sealed class KeyHistory
{
    private KeyHistory(IReadOnlyList<KeyStatement> statements) => Statements = statements;

    /// <summary>In order of their numbers.</summary>
    public IReadOnlyList<KeyStatement> Statements { get; }

    /// <summary>The keys that sign now.</summary>
    public KeyStatement Newest => Statements[^1];

    /// <summary>Every key that the log itself had.</summary>
    public IEnumerable<NoteKey> AllLogKeys => Statements.SelectMany(static statement => statement.LogKeys);

    /// <summary>Verifies the chain; null with a problem in words when it does not hold.</summary>
    public static KeyHistory? Verify(IReadOnlyList<SignedNote> notes, string origin, out string? problem)
    {
        var statements = new List<KeyStatement>(notes.Count);
        foreach (var note in notes)
        {
            problem = Problem(note, statements, origin, out var statement);
            if (problem is not null)
            {
                return null;
            }

            statements.Add(statement!);
        }

        problem = statements.Count == 0 ? "The log has no statement of its keys." : null;
        return problem is null ? new KeyHistory(statements) : null;
    }

    /// <summary>Whether a checkpoint is signed by a key of the log and by the evolving key that was in force at its size.</summary>
    /// <remarks>At the very size of a change the key before may have signed too.</remarks>
    public bool Accepts(SignedNote note, Checkpoint checkpoint)
    {
        for (var i = Statements.Count - 1; i >= 0; i--)
        {
            var statement = Statements[i];
            if (statement.Size > checkpoint.Size)
            {
                continue;
            }

            if (statement.LogKeys.Any(note.IsSignedBy) && note.IsSignedBy(statement.Evolving))
            {
                return true;
            }

            if (statement.Size < checkpoint.Size)
            {
                return false;
            }
        }

        return false;
    }

    private static string? Problem(SignedNote note, List<KeyStatement> before, string origin, out KeyStatement? statement)
    {
        statement = KeyStatement.Parse(note.Text);
        if (statement is null)
        {
            return $"Statement {before.Count} of the log's keys cannot be read.";
        }

        if (statement.Origin != origin || statement.Number != before.Count || statement.LogKeys.Count == 0)
        {
            return $"Statement {before.Count} of the log's keys is another one.";
        }

        var previous = before.Count == 0 ? null : before[^1];
        if (previous is not null && statement.Size < previous.Size)
        {
            return $"Statement {before.Count} of the log's keys goes back in size.";
        }

        var signer = previous?.Evolving ?? statement.Evolving;
        return note.IsSignedBy(signer) && statement.LogKeys.All(note.IsSignedBy)
            ? null
            : $"Statement {before.Count} of the log's keys is not signed by the keys that could.";
    }
}
