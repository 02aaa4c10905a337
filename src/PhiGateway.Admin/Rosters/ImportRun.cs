using System.Security.Cryptography;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Admin.Rosters;

/// <summary>Holds the state of one import: lines counted, changes of the batch, errors and digest; not thread-safe.</summary>
internal sealed class ImportRun(string roster, long fromLine, bool dryRun)
{
    private readonly List<ImportError> _errors = [];
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

    public string Digest() => Convert.ToHexStringLower(Hash.GetCurrentHash());

    public ImportProgress ToProgress() => new("running", Lines, Accepted, Removed, Rejected, NextLine);

    public ImportResult ToResult(string? failure) =>
        new(failure is null ? "done" : "failed", Lines, Accepted, Removed, Rejected, NextLine, failure, dryRun ? true : null, _errors);
}

/// <summary>A line of the answer while an import runs.</summary>
/// <param name="State">running.</param>
/// <param name="Lines">Lines read.</param>
/// <param name="Accepted">Memberships written.</param>
/// <param name="Removed">Memberships removed.</param>
/// <param name="Rejected">Lines passed over.</param>
/// <param name="NextLine">Everything before it is dealt with.</param>
public sealed record ImportProgress(string State, long Lines, long Accepted, long Removed, long Rejected, long NextLine);

/// <summary>The last line of the answer of an import.</summary>
/// <param name="State">done or failed.</param>
/// <param name="Lines">Lines read.</param>
/// <param name="Accepted">Memberships written.</param>
/// <param name="Removed">Memberships removed.</param>
/// <param name="Rejected">Lines passed over.</param>
/// <param name="NextLine">Send the same file again with <c>?from_line=</c> this to resume.</param>
/// <param name="Failure">Code of what broke it off; absent: nothing did.</param>
/// <param name="DryRun">Nothing was written.</param>
/// <param name="Errors">Bad lines by number; the first thousand.</param>
public sealed record ImportResult(
    string State,
    long Lines,
    long Accepted,
    long Removed,
    long Rejected,
    long NextLine,
    string? Failure,
    bool? DryRun,
    IReadOnlyList<ImportError> Errors
);

/// <summary>One bad line.</summary>
/// <param name="Line">Its number, from 1 on.</param>
/// <param name="Code">What is wrong; never what stands there.</param>
public sealed record ImportError(long Line, string Code);
