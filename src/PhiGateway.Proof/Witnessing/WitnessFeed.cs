using System.Globalization;
using PhiGateway.Proof.Building;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Keys;
using PhiGateway.Proof.Tiles;
using PhiGateway.Proof.Verification;

namespace PhiGateway.Proof.Witnessing;

/// <summary>
/// Has the newest checkpoint of this node's log cosigned by its witnesses, again and again, and keeps it beside the log once enough of them
/// have. Learns from a refusal that the log is not what it once signed. Nothing waits for it; one per log.
/// </summary>
/// <remarks>
/// A witness that says so is not believed: it must show a checkpoint that the log's own key has signed and that the log contradicts. Then the
/// log was rolled back, or another copy of this node writes it.
/// </remarks>
public sealed class WitnessFeed(
    LogFiles files,
    string log,
    IReadOnlyList<WitnessPeer> peers,
    int quorum,
    WitnessClient client,
    TimeSpan interval,
    TimeProvider clock,
    NoteKey? onlyKey = null
)
{
    // A log with one key is named like it; the keys of a node's follow one another by statements.
    private readonly string _origin = onlyKey?.Name ?? LogOrigin.Of(log);
    private readonly Asked[] _asked = [.. peers.Select(static peer => new Asked(peer))];

    // Below zero until the file was looked for.
    private long _witnessedSize = -1;

    /// <summary>Told, in words without PHI, when a witness has shown what this log contradicts.</summary>
    public event Action<ProofFinding>? Contradicted;

    /// <summary>How each witness stands.</summary>
    public IReadOnlyList<WitnessStatus> Status =>
        [.. _asked.Select(static one => new WitnessStatus(one.Peer.Name, Volatile.Read(ref one.Cosigned), one.At, one.Problem))];

    /// <summary>Records under the newest checkpoint that enough witnesses have cosigned; 0: none.</summary>
    public long WitnessedSize => Math.Max(0, Volatile.Read(ref _witnessedSize));

    /// <summary>Asks again and again until it is stopped.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await RoundAsync(cancellationToken);
            await Task.Delay(interval, clock, cancellationToken);
        }
    }

    /// <summary>Asks each witness once about the newest checkpoint.</summary>
    public async Task RoundAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_witnessedSize < 0)
            {
                Volatile.Write(ref _witnessedSize, files.ReadWitnessed()?.Checkpoint.Size ?? 0);
            }

            if (files.ReadCheckpoint() is not var (note, checkpoint) || checkpoint.Size <= _witnessedSize)
            {
                return;
            }

            var lines = new List<string>(_asked.Length);
            foreach (var asked in _asked)
            {
                if (await AskAsync(asked, note, checkpoint, cancellationToken) is { } line)
                {
                    lines.Add(line);
                }
            }

            if (lines.Count >= quorum && SignedNote.Parse(note.Whole + string.Concat(lines)) is { } witnessed)
            {
                files.WriteWitnessed(witnessed);
                Volatile.Write(ref _witnessedSize, checkpoint.Size);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            foreach (var asked in _asked)
            {
                asked.Problem = $"The log's files cannot be used ({e.GetType().Name}); it is tried again.";
            }
        }
    }

    // The line that this witness signed; null: it did not.
    private async Task<string?> AskAsync(Asked asked, SignedNote note, Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        try
        {
            for (var attempt = 0; attempt < 2; attempt++)
            {
                var tree = new TileTree(files.Tiles, checkpoint.Size);
                var request = new WitnessRequest(asked.Known, tree.Consistency(asked.Known), note, checkpoint);
                var answer = await client.AddAsync(asked.Peer, request, cancellationToken);
                if (answer.Status == 200)
                {
                    return Take(asked, note, checkpoint, answer.Body);
                }

                if (WitnessClient.SizeOf(answer) is { } size && size < checkpoint.Size && size != asked.Known)
                {
                    asked.Known = size;
                    continue;
                }

                asked.Problem = string.Create(CultureInfo.InvariantCulture, $"refused with {answer.Status}");
                if (answer.Status is 409 or 422)
                {
                    await LookAsync(asked, cancellationToken);
                }

                return null;
            }
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            asked.Problem = $"cannot be asked ({e.GetType().Name})";
        }

        return null;
    }

    private string? Take(Asked asked, SignedNote note, Checkpoint checkpoint, string body)
    {
        // Whatever else stands in the answer is nobody's.
        foreach (var line in body.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (SignedNote.Parse($"{note.Text}\n{line}\n") is { } cosigned && asked.Peer.Key.CosignedAt(cosigned) is not null)
            {
                asked.Known = checkpoint.Size;
                Volatile.Write(ref asked.Cosigned, checkpoint.Size);
                (asked.At, asked.Problem) = (clock.GetUtcNow(), null);
                return line + "\n";
            }
        }

        asked.Problem = "answered without a cosignature of its key";
        return null;
    }

    // It saw more of this log than there is, or something else. Shown with the log's own signature, that is proof; said alone, it is a word.
    private async Task LookAsync(Asked asked, CancellationToken cancellationToken)
    {
        if (
            await client.NewestAsync(asked.Peer, _origin, cancellationToken) is not { } shown
            || Checkpoint.Parse(shown.Text) is not { } seen
            || seen.Origin != _origin
            || !IsOurs(shown)
            || files.ReadCheckpoint() is not var (_, now)
        )
        {
            asked.Problem += "; it shows nothing that this log has signed";
            return;
        }

        if (seen.Size <= now.Size && new TileTree(files.Tiles, now.Size).RootAt(seen.Size) == seen.Root)
        {
            // It is behind, or another round has gone on meanwhile.
            asked.Known = seen.Size;
            return;
        }

        var finding =
            seen.Size > now.Size
                ? new ProofFinding(
                    FindingCode.LogTruncated,
                    log,
                    now.Size,
                    $"The witness {asked.Peer.Name} cosigned {seen.Size} records that this log signed; it has {now.Size}."
                )
                : new ProofFinding(
                    FindingCode.LogRewritten,
                    log,
                    seen.Size,
                    $"The witness {asked.Peer.Name} cosigned another history of {seen.Size} records that this log signed."
                );
        asked.Problem = finding.Words;
        if (!asked.IsTold)
        {
            asked.IsTold = true;
            files.WriteContradiction(asked.Peer.Name, shown);
            Contradicted?.Invoke(finding);
        }
    }

    private bool IsOurs(SignedNote note) =>
        onlyKey is not null
            ? note.IsSignedBy(onlyKey)
            : KeyHistory.Verify(files.ReadStatements(), _origin, out _)?.AllLogKeys.Any(note.IsSignedBy) == true;

    /// <summary>What is known of one witness.</summary>
    private sealed class Asked(WitnessPeer peer)
    {
        public long Cosigned = -1;

        public WitnessPeer Peer => peer;

        /// <summary>What it saw last, as far as is known here.</summary>
        public long Known { get; set; }

        public DateTimeOffset? At { get; set; }

        public string? Problem { get; set; }

        public bool IsTold { get; set; }
    }
}
