using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PhiGateway.Admin.Calls;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Http;

/// <summary>
/// Answers a repeated POST with the first answer (Idempotency-Key, IETF draft): another body is 422, a call still running 409.
/// </summary>
/// <remarks>Security: an answer that shows a secret is remembered without its body.</remarks>
internal sealed class IdempotencyFilter(IRegistryStore store, TimeProvider time, ILogger<IdempotencyFilter> log) : IEndpointFilter
{
    public const string Header = "Idempotency-Key";

    // A key is a UUID or alike; longer ones only fill the store.
    private const int MaxKey = 128;

    private const int MostAttempts = 3;
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(100);

    // So long an emergency stop waits to be told whether it was called before.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var header = http.Request.Headers[Header];
        if (header.Count == 0 || CallReader.IsDryRun(http))
        {
            return await next(context);
        }

        if (header is not [{ Length: > 0 and <= MaxKey } key])
        {
            return new ProblemResult(AdminProblem.BadHeader(Header, $"one value of 1 to {MaxKey} characters is expected."));
        }

        var scope = http.GetEndpoint()?.Metadata.GetMetadata<IdempotencyScope>() ?? IdempotencyScope.Document;
        if ((await ReadContentAsync(http, scope)).Failed(out var problem, out var content))
        {
            return new ProblemResult(problem);
        }

        var caller = CallReader.CallerOf(http).Person;
        var first = $"{Digest(caller)}:{key}";
        var entry = new IdempotencyEntry(
            first,
            Digest($"{http.Request.Method} {http.Request.Path}{http.Request.QueryString}\n", content),
            0,
            string.Empty,
            time.GetUtcNow()
        );

        // The store never forgets an answer within its day, so a call after a failure of ours takes the next place.
        var isStop = EmergencyStop.Is(http);
        var closes = isStop || ClosingAct.Is(http);
        for (var attempt = 1; ; attempt++)
        {
            var (isKnown, earlier) = await PutAsync(entry, isStop, http.RequestAborted);
            if (!isKnown)
            {
                // To stop twice is harmless; not to stop is not.
                return await next(context);
            }

            if (earlier is null)
            {
                break;
            }

            // The first call may have died with its node: what only closes is made again at once.
            var goesOn = closes && earlier.Status == 0 && earlier.BodyHash == entry.BodyHash;
            if (!goesOn && Replay(earlier, entry, scope) is { } answer)
            {
                return answer;
            }

            // Also behind one that was abandoned: of two calls that come at once only one takes it.
            entry = entry with
            {
                Key = $"{first}#{attempt}",
            };
        }

        object? result;
        try
        {
            result = await next(context);
        }
        catch
        {
            await TryRememberAsync(entry, null);
            throw;
        }

        await TryRememberAsync(entry, result);
        return result;
    }

    private async Task<(bool IsKnown, IdempotencyEntry? Earlier)> PutAsync(
        IdempotencyEntry entry,
        bool isStop,
        CancellationToken cancellationToken
    )
    {
        if (!isStop)
        {
            return (true, await store.PutIdempotentAsync(entry, cancellationToken));
        }

        using var given = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var put = store.PutIdempotentAsync(entry, given.Token);
        try
        {
            return (true, await put.WaitAsync(Patience, time, cancellationToken));
        }
        catch (TimeoutException) when (!put.IsFaulted)
        {
            // The stop itself needs the connection.
            await given.CancelAsync();
            _ = put.ContinueWith(
                static ended => ended.Exception,
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted,
                TaskScheduler.Default
            );
            return (false, null);
        }
    }

    // What was done is done: that it could not be remembered is no reason to tell the caller that it failed.
    private async Task TryRememberAsync(IdempotencyEntry entry, object? result)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await RememberAsync(entry, result);
                return;
            }
#pragma warning disable CA1031 // The store may be away for a moment; after the last try a repetition is told that the call is still running.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                if (attempt == MostAttempts)
                {
                    AdminLog.AnswerNotRemembered(log, fault.GetType().Name);
                    return;
                }
            }

            await Task.Delay(BetweenAttempts, time, CancellationToken.None);
        }
    }

    // What stands for the body: the body itself, or its digest as the caller names it where the body is a stream.
    private static async Task<Outcome<byte[]>> ReadContentAsync(HttpContext http, IdempotencyScope scope)
    {
        if (scope.Streamed)
        {
            return ContentDigest.Read(http.Request.Headers[ContentDigest.Header]) is { } digest
                ? digest
                : AdminProblem.BadHeader(
                    ContentDigest.Header,
                    "with an Idempotency-Key the sha-256 of the body is expected (RFC 9530), since the body is not held."
                );
        }

        if ((await RequestBody.ReadBytesAsync(http, scope.MaxBody)).Failed(out var problem, out var body))
        {
            return problem;
        }

        http.Request.Body = new MemoryStream(body, writable: false);
        return body;
    }

    // Null: the earlier call ended without an answer worth repeating, so this one may run.
    private static IResult? Replay(IdempotencyEntry earlier, IdempotencyEntry now, IdempotencyScope scope)
    {
        if (!string.Equals(earlier.BodyHash, now.BodyHash, StringComparison.Ordinal))
        {
            return new ProblemResult(
                new AdminProblem(
                    422,
                    "idempotency-key-reused",
                    "The Idempotency-Key was used for another call",
                    "Use a new key for a new call."
                )
            );
        }

        if (earlier.Status == 0)
        {
            return now.At - earlier.At < scope.Abandoned
                ? new ProblemResult(AdminProblem.Conflict("still-running", "The first call with this Idempotency-Key is still running."))
                : null;
        }

        if (earlier.Status >= 500)
        {
            return null;
        }

        var stored = JsonSerializer.Deserialize<StoredAnswer>(earlier.Body, AdminJson.Options)!;
        return new AdminResult(earlier.Status, Encoding.UTF8.GetBytes(stored.Body))
        {
            ContentType = stored.ContentType,
            ETag = stored.Etag,
            Location = stored.Location,
        };
    }

    private async Task RememberAsync(IdempotencyEntry entry, object? result)
    {
        var (status, answer) = result switch
        {
            StreamedResult streamed => (
                streamed.Status,
                new StoredAnswer(Encoding.UTF8.GetString(streamed.Last.Span), "application/x-ndjson", null, null)
            ),
            AdminResult good => (
                good.Status,
                new StoredAnswer(
                    Encoding.UTF8.GetString((good.WithoutSecret ?? good.Body).Span),
                    good.ContentType,
                    good.ETag,
                    good.Location
                )
            ),
            ProblemResult refused => (
                refused.Problem.Transient ? StatusCodes.Status503ServiceUnavailable : refused.Problem.Status,
                new StoredAnswer(
                    JsonSerializer.Serialize(refused.ToBody(string.Empty), AdminJson.Options),
                    "application/problem+json",
                    null,
                    null
                )
            ),
            _ => (500, new StoredAnswer(string.Empty, "application/json", null, null)),
        };
        await store.PutIdempotentAsync(
            entry with
            {
                Status = status,
                Body = JsonSerializer.Serialize(answer, AdminJson.Options),
                At = time.GetUtcNow(),
            },
            CancellationToken.None
        );
    }

    private static string Digest(string text, ReadOnlySpan<byte> more = default)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(text));
        hash.AppendData(more);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private sealed record StoredAnswer(string Body, string ContentType, string? Etag, string? Location);
}
