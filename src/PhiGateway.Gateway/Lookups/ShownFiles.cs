using PhiGateway.Fhir.Answers.Streaming;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// Finds the lists of a finished export of which anything may leave to its client, by reading the files of each up to the first line that may.
/// Asked before the manifest is written, where the permit withholds anything.
/// </summary>
/// <remarks>
/// Bounded by files and by bytes for one manifest together; what lies beyond, and what cannot be read now, is named, and judged when it is
/// fetched. What was found is kept for a while, since a finished export is asked for again and again.
/// </remarks>
internal sealed class ShownFiles(
    Fetch fetch,
    HandleIssuer handles,
    ExportNames names,
    AnswerBuffers buffers,
    ShownMemory memory,
    GatewayOptions options
)
{
    /// <summary>Those of the lists of which something may leave, as far as that is known.</summary>
    /// <param name="exchange">The poll of the finished export.</param>
    /// <param name="listing">What its manifests name.</param>
    public async ValueTask<IReadOnlySet<ExportedList>> FindShownAsync(GatewayExchange exchange, ExportListing listing)
    {
        var key = ShownMemory.KeyOf(exchange, listing);
        if (memory.Find(key, exchange.Now) is { } known)
        {
            return known;
        }

        var shown = new HashSet<ExportedList>();
        var named = names.Begin(exchange, listing, options.Limits.MaxAnswer);
        var left = options.Limits.MaxAnswer;
        var looked = 0;
        foreach (var (list, url) in listing.Files)
        {
            var isReleased = list.Name != "output" || exchange.Permit.Release.Types.Contains(list.Type);
            if (!isReleased || shown.Contains(list) || handles.FindFile(exchange, url) is not { } place)
            {
                continue;
            }

            // Beyond the bounds nothing is known of it. What failed speaks of the export itself.
            if (list.Name == "error" || looked++ >= options.Limits.LookedUpFiles || left <= 0)
            {
                shown.Add(list);
                continue;
            }

            var sources = names.Open(exchange, named);
            using var counted = await BeginsAsync(exchange, sources, list.Type) ? await OpenAsync(exchange, place, left) : null;
            if (counted is null || await ShowsAsync(exchange, counted, sources))
            {
                shown.Add(list);
            }

            left -= counted?.BytesRead ?? 0;
        }

        memory.Keep(key, exchange.Now, shown);
        return shown;
    }

    // What cannot be found out now is told to whoever fetches the file.
    private static async ValueTask<bool> BeginsAsync(GatewayExchange exchange, FileSources? sources, ResourceType type)
    {
        try
        {
            if (sources is not null)
            {
                await sources.BeginAsync(type, exchange.Http.RequestAborted);
            }

            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private async ValueTask<BoundedFile?> OpenAsync(GatewayExchange exchange, string place, int most)
    {
        if (await fetch.OpenFileAsync(exchange, place) is not { } answer)
        {
            return null;
        }

        if (answer.Status == 200 && KnownMediaTypes.IsNdjson(answer.MediaType))
        {
            try
            {
                if (await answer.OpenAsync(exchange.Http.RequestAborted) is { } stream)
                {
                    return new BoundedFile(answer, stream, most);
                }
            }
            catch (Exception fault) when (fault is HttpRequestException or IOException or InvalidDataException or InvalidOperationException)
            {
                // It is named: whoever fetches it is told what is wrong with it.
            }
        }

        answer.Dispose();
        return null;
    }

    // What is not known to be empty counts as shown.
    private async ValueTask<bool> ShowsAsync(GatewayExchange exchange, BoundedFile file, FileSources? sources)
    {
        using var room = buffers.Take(exchange, 0);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(exchange.Http.RequestAborted);
        var limits = new StreamLimits { SegmentBytes = 1, TakeRoom = bytes => room.Grow(2 * bytes, HeldFor.Read) };
        var shows = false;
        try
        {
            var verdict = await NdjsonFilter.RunAsync(
                file,
                exchange.Permit.Release,
                exchange.Ingressed.Route.Language,
                (bytes, _, _) =>
                {
                    shows |= !bytes.IsEmpty;
                    return shows ? new ValueTask(stop.CancelAsync()) : ValueTask.CompletedTask;
                },
                limits,
                stop.Token,
                exchange.Request,
                sources: sources
            );
            return shows || file.IsCut || verdict != StreamVerdict.Complete;
        }
        catch (OperationCanceledException) when (shows)
        {
            return true;
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or InvalidDataException)
        {
            return true;
        }
    }

    // As much of a file as may be looked at: after that it seems to end.
    private sealed class BoundedFile(UpstreamAnswer answer, Stream file, int most) : ReadOnlyStream
    {
        public int BytesRead { get; private set; }

        public bool IsCut => BytesRead >= most;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (IsCut)
            {
                return 0;
            }

            var read = await file.ReadAsync(buffer[..Math.Min(buffer.Length, most - BytesRead)], cancellationToken);
            BytesRead += read;
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                file.Dispose();
                answer.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
