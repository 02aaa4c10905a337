using System.Security.Cryptography;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Admin.Rosters;

/// <summary>Holds the state of one import: lines counted, changes of the batch, errors and digest; not thread-safe.</summary>
internal sealed class ImportRun(string roster, long fromLine, bool dryRun)
{
    private readonly List<ImportError> _errors = [];
    private readonly SortedSet<string> _closed = new(StringComparer.Ordinal);
    private long _pendingAccepted;
    private long _pendingRemoved;
    private long _nextLine;

    public string Roster => roster;

    public bool DryRun => dryRun;

    /// <summary>The batch in hand: the last word on each patient counts.</summary>
    public Dictionary<PatientId, RosterMember> Puts { get; } = [];

    public HashSet<PatientId> Removals { get; } = [];

    public IncrementalHash Hash { get; } = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Lines read, skipped ones included.</summary>
    public long Lines { get; private set; }

    public long Accepted { get; private set; }

    public long Removed { get; private set; }

    public long Rejected { get; private set; }

    /// <summary>Every line before this one is dealt with for good: the place to resume from.</summary>
    public long NextLine => Math.Max(fromLine, _nextLine);

    public long Revision { get; set; }

    /// <summary>Whether memberships were written, or may have been: what only removes lets nothing grow.</summary>
    public bool HasPut { get; set; }

    public bool IsBatchFull => Puts.Count + Removals.Count >= MemberImport.BatchSize;

    public void Take(NdjsonLine line)
    {
        Lines++;
        if (Lines < fromLine || line.IsBlank)
        {
            return;
        }

        var code = "line-too-long";
        if (line.TooLong || MemberLine.Read(line.Utf8.Span, out code) is not { } member)
        {
            Rejected++;
            if (_errors.Count < MemberImport.MaxErrors)
            {
                _errors.Add(new ImportError(Lines, code));
            }

            return;
        }

        var patient = PatientId.Parse(member.Patient!);
        if (member.Remove)
        {
            Puts.Remove(patient);
            Removals.Add(patient);
            _pendingRemoved++;
        }
        else
        {
            Removals.Remove(patient);
            Puts[patient] = member.ToMember(roster);
            _pendingAccepted++;
        }
    }

    public void Flushed()
    {
        Accepted += _pendingAccepted;
        Removed += _pendingRemoved;
        _pendingAccepted = _pendingRemoved = 0;
        Puts.Clear();
        Removals.Clear();
        _nextLine = Lines + 1;
    }

    /// <summary>These clients were closed by a batch.</summary>
    public void Close(IReadOnlyList<string> clients) => _closed.UnionWith(clients);

    public string Digest() => Convert.ToHexStringLower(Hash.GetCurrentHash());

    public ImportProgress ToProgress() => new("running", Lines, Accepted, Removed, Rejected, NextLine);

    public ImportResult ToResult(string? failure) =>
        new(failure is null ? "done" : "failed", Lines, Accepted, Removed, Rejected, NextLine, failure, dryRun ? true : null, _errors)
        {
            Closed = _closed.Count > 0 ? [.. _closed] : null,
        };
}
