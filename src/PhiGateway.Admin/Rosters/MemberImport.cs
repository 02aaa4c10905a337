using System.Globalization;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Http;
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
internal sealed class MemberImport(IRegistryStore store, AdminJournal journal, AdminOptions options, IHostApplicationLifetime lifetime)
{
    private const string MediaType = "application/x-ndjson";
    private const string Event = "roster.import";

    // Large enough that a batch costs more than its commit, small enough that a revocation need not wait behind it.
    internal const int BatchSize = 1000;

    // Few enough that a client which only reads at the end never fills the pipe.
    internal const int ProgressEvery = 10_000;

    // A file with more bad lines than this is the wrong file; the count goes on.
    internal const int MaxErrors = 1000;

    public async Task<IResult> ImportAsync(HttpContext context, string id)
    {
        if (!RequestBody.IsMediaType(context, MediaType) && !RequestBody.IsMediaType(context, "application/ndjson"))
        {
            return AdminProblem.MediaType(MediaType);
        }

        var fromLine = 1L;
        if (
            context.Request.Query["from_line"] is [{ } text]
            && (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out fromLine) || fromLine < 1)
        )
        {
            return AdminProblem.BadParameter("from_line", "a line number from 1 on is expected.");
        }

        var named = ContentDigest.Read(context.Request.Headers[ContentDigest.Header]);
        if (named is null && context.Request.Headers.ContainsKey(ContentDigest.Header))
        {
            return AdminProblem.BadHeader(ContentDigest.Header, "sha-256=:base64: is expected.");
        }

        if (await store.FindAsync(RegistryKind.Roster, id, context.RequestAborted) is null)
        {
            return AdminProblem.NotFound("roster");
        }

        // A million lines are larger than any limit for documents; lines and batches are bounded instead.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        var dryRun = RegistryEditor.IsDryRun(context);
        if (!dryRun)
        {
            await journal.IntentAsync(context, Event, "roster/" + id, $"from line {fromLine}");
        }

        var run = new ImportRun(id, fromLine, dryRun);
        if (named is null)
        {
            return await ApplyAsync(context, run, context.Request.BodyReader, context.RequestAborted);
        }

        if ((await ImportUpload.HoldAsync(context, named, options.SpoolDirectory)).Failed(out var refused, out var spool))
        {
            if (!dryRun)
            {
                await journal.OutcomeAsync(context, Event, "roster/" + id, refused.Status, "nothing written: " + refused.Code);
            }

            return refused;
        }

        await using (spool)
        {
            return await ApplyAsync(context, run, PipeReader.Create(spool), lifetime.ApplicationStopping);
        }
    }

    private async Task<IResult> ApplyAsync(HttpContext context, ImportRun run, PipeReader lines, CancellationToken cancellationToken)
    {
        context.Response.ContentType = MediaType;
        var failure = await RunAsync(context, run, lines, cancellationToken);
        if (!run.DryRun)
        {
            var note =
                $"lines {run.Lines}, accepted {run.Accepted}, removed {run.Removed}, rejected {run.Rejected}, next line "
                + $"{run.NextLine}, sha256 {run.Digest()}{(failure is null ? string.Empty : ", broke off: " + failure)}";
            var unrecorded = await journal.OutcomeAsync(
                context,
                Event,
                "roster/" + run.Roster,
                failure is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable,
                note,
                run.Revision
            );
            failure ??= unrecorded?.Code;
        }

        var result = run.ToResult(failure);
        await WriteAsync(context, result);
        return new StreamedResult(
            failure is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable,
            JsonSerializer.SerializeToUtf8Bytes(result, AdminJson.Options)
        );
    }

    private async Task<string?> RunAsync(HttpContext context, ImportRun run, PipeReader lines, CancellationToken cancellationToken)
    {
        var actor = AdminCaller.Of(context).Person;
        try
        {
            await foreach (var line in NdjsonLines.ReadAsync(lines, run.Hash, cancellationToken))
            {
                run.Take(line);
                if (run.IsBatchFull)
                {
                    await FlushAsync(run, actor);
                }

                if (run.Lines % ProgressEvery == 0)
                {
                    await WriteAsync(context, run.ToProgress());
                }
            }

            await FlushAsync(run, actor);
            return null;
        }
        catch (OperationCanceledException)
        {
            return lifetime.ApplicationStopping.IsCancellationRequested ? "node-stopping" : "client-gone";
        }
        catch (BadHttpRequestException)
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

    private async Task FlushAsync(ImportRun run, string actor)
    {
        if (!run.DryRun)
        {
            if (run.Puts.Count > 0)
            {
                run.Revision = await store.PutMembersAsync([.. run.Puts.Values], actor, CancellationToken.None);
            }

            if (run.Removals.Count > 0)
            {
                run.Revision = await store.RemoveMembersAsync(run.Roster, [.. run.Removals], actor, CancellationToken.None);
            }
        }

        run.Flushed();
    }

    private static async Task WriteAsync(HttpContext context, object line)
    {
        try
        {
            await context.Response.Body.WriteAsync(
                (byte[])[.. JsonSerializer.SerializeToUtf8Bytes(line, line.GetType(), AdminJson.Options), (byte)'\n']
            );
            await context.Response.Body.FlushAsync();
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Whoever asked is gone; the record in the trail holds the same figures.
        }
    }
}
