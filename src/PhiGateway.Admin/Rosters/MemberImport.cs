using System.IO.Pipelines;
using Microsoft.Extensions.Hosting;
using PhiGateway.Admin.Access;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Http;
using PhiGateway.Admin.Trail;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Rosters;

/// <summary>
/// Takes memberships by NDJSON in any number: line by line, in batches, memory flat, bad lines reported by number and passed over.
/// </summary>
/// <remarks>
/// The answer is NDJSON too: progress now and then, a last line with the result. An import that broke off is sent again with
/// <c>?from_line=</c> the number it reported.
/// An import that names its digest is held until all of it is there and is what was named (<see cref="ImportUpload"/>); no line of another
/// file is ever written. Then it runs to its end, whether its sender waits or not.
/// Batches, not one transaction: a revocation need not wait behind a million lines.
/// </remarks>
internal sealed class MemberImport(
    IRegistryStore store,
    AdminJournal journal,
    SpoolRoom spools,
    RosterGrowth growth,
    CallerStanding standing,
    IHostApplicationLifetime lifetime
)
{
    public const string MediaType = "application/x-ndjson";
    private const string Event = "roster.import";

    // Large enough that a batch costs more than its commit, small enough that a revocation need not wait behind it.
    internal const int BatchSize = 1000;

    // Few enough that a client which only reads at the end never fills the pipe.
    internal const int ProgressEvery = 10_000;

    // A file with more bad lines than this is the wrong file; the count goes on.
    internal const int MaxErrors = 1000;

    /// <summary>Takes all of an upload.</summary>
    /// <param name="call">The call.</param>
    /// <param name="input">What is uploaded, and where to begin.</param>
    /// <param name="tell">Sends one line of the answer.</param>
    public async Task<Outcome<ImportEnd>> ImportAsync(AdminCall call, ImportInput input, Func<object, Task> tell)
    {
        if (await store.FindAsync(RegistryKind.Roster, input.Roster, call.Cancelled) is null)
        {
            return AdminProblem.NotFound("roster");
        }

        var target = "roster/" + input.Roster;
        if (!call.IsDryRun)
        {
            await journal.IntentAsync(call, Event, target, $"from line {input.FromLine}");
        }

        var run = new ImportRun(input.Roster, input.FromLine, call.IsDryRun);
        if (input.Digest is null)
        {
            return await ApplyAsync(call, run, input, input.Lines, tell, call.Cancelled);
        }

        using var upload = spools.TryEnter(call.Person);
        var held = upload is null ? AdminProblem.NotHeld : await ImportUpload.HoldAsync(input.Body, input.Digest, spools);
        if (held.Failed(out var refused, out var spool))
        {
            if (!call.IsDryRun)
            {
                await journal.OutcomeAsync(call, Event, target, refused.Status, "nothing written: " + refused.Code);
            }

            return refused;
        }

        await using (spool)
        {
            return await ApplyAsync(call, run, input, PipeReader.Create(spool), tell, lifetime.ApplicationStopping);
        }
    }

    private async Task<ImportEnd> ApplyAsync(
        AdminCall call,
        ImportRun run,
        ImportInput input,
        PipeReader lines,
        Func<object, Task> tell,
        CancellationToken cancellationToken
    )
    {
        var failure = await RunAsync(call, run, lines, input.IsUploadFault, tell, cancellationToken);
        if (!run.DryRun)
        {
            // However it ended: what was written before it broke off is on the roster.
            var untold = run.HasPut ? await TellGrowthAsync(call, run.Roster) : null;
            failure ??= untold;
            var note =
                $"lines {run.Lines}, accepted {run.Accepted}, removed {run.Removed}, rejected {run.Rejected}, next line "
                + $"{run.NextLine}, sha256 {run.Digest()}{(failure is null ? string.Empty : ", broke off: " + failure)}";
            var unrecorded = await journal.OutcomeAsync(
                call,
                Event,
                "roster/" + run.Roster,
                failure is null ? 200 : 503,
                note,
                run.Revision
            );
            failure ??= unrecorded?.Code;
        }

        var result = run.ToResult(failure);
        await tell(result);
        return new ImportEnd(failure is null ? 200 : 503, result);
    }

    private async Task<string?> RunAsync(
        AdminCall call,
        ImportRun run,
        PipeReader lines,
        Func<Exception, bool> isUploadFault,
        Func<object, Task> tell,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await foreach (var line in NdjsonLines.ReadAsync(lines, run.Hash, cancellationToken))
            {
                run.Take(line);
                if (run.IsBatchFull)
                {
                    await FlushAsync(run, call);
                }

                if (run.Lines % ProgressEvery == 0)
                {
                    await tell(run.ToProgress());
                }
            }

            await FlushAsync(run, call);
            return null;
        }
        catch (OperationCanceledException)
        {
            return lifetime.ApplicationStopping.IsCancellationRequested ? "node-stopping" : "client-gone";
        }
        catch (CallerEndedException)
        {
            return "caller-ended";
        }
        catch (Exception fault) when (isUploadFault(fault))
        {
            return "upload-broken";
        }
#pragma warning disable CA1031 // The answer has begun: a fault of the store becomes its last line, with the place to resume from.
        catch (Exception)
#pragma warning restore CA1031
        {
            return "registry-unavailable";
        }
    }

    // It counts in the store, so where it fails the next write of the roster tells it.
    private async Task<string?> TellGrowthAsync(AdminCall call, string roster)
    {
        try
        {
            await growth.AfterAsync(call, roster);
            return null;
        }
#pragma warning disable CA1031 // The answer has begun: a fault of the store becomes its last line.
        catch (Exception)
#pragma warning restore CA1031
        {
            return "registry-unavailable";
        }
    }

    private async Task FlushAsync(ImportRun run, AdminCall call)
    {
        if (!run.DryRun && run.Puts.Count + run.Removals.Count > 0)
        {
            // It may take hours: a key that somebody has ended meanwhile writes no more.
            if (!await standing.IsNotEndedAsync(call.Caller, CancellationToken.None))
            {
                throw new CallerEndedException();
            }

            // First what takes away: it waits for nothing that may be refused. No patient is in both.
            if (run.Removals.Count > 0)
            {
                run.Revision = await store.RemoveMembersAsync(run.Roster, [.. run.Removals], call.Person, CancellationToken.None);
            }

            if (run.Puts.Count > 0)
            {
                run.HasPut = true;
                if ((await growth.PutAsync(call, run.Roster, [.. run.Puts.Values], run.Close)).Failed(out var stopped, out var written))
                {
                    throw new InvalidOperationException(stopped.Code);
                }

                run.Revision = written.Revision;
            }
        }

        run.Flushed();
    }
}

/// <summary>An import as its endpoint reads it from the call.</summary>
/// <param name="Roster">The roster.</param>
/// <param name="FromLine">The first line that counts.</param>
/// <param name="Digest">SHA-256 of the whole as its sender names it; null: lines count as they come.</param>
/// <param name="Body">The upload, to be held.</param>
/// <param name="Lines">The same upload, to be read line by line.</param>
/// <param name="IsUploadFault">Whether an exception says that the upload broke, rather than the registry.</param>
internal sealed record ImportInput(
    string Roster,
    long FromLine,
    byte[]? Digest,
    Stream Body,
    PipeReader Lines,
    Func<Exception, bool> IsUploadFault
);
