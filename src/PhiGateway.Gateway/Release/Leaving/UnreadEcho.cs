using System.Text.Json;
using Microsoft.AspNetCore.Http;
using PhiGateway.Fhir.Answers;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Leaving;

/// <summary>
/// Tells the client of a write that the upstream did, and whose answer cannot be read: told as a fault it would be written once more. Asked by
/// whoever releases the answer to a write, in the place of the refusal.
/// </summary>
/// <remarks>
/// Security: nothing of the answer is told but its status and where what was written is. That it was done is said only where the upstream said
/// so itself: with 201, by naming what was written, or in JSON that broke off. A page of a proxy's with 200, or JSON that is something else,
/// says nothing of the kind, and is a refusal whose outcome nobody knows (<see cref="Trail.WriteOutcome"/>). Nor does it say who was created
/// where the answer to a creation is 200: what stands there may be another's, which only the record could tell.
/// </remarks>
internal static class UnreadEcho
{
    /// <summary>What says it of a declared API's answer, in the header for what is not told.</summary>
    public const string Incomplete = "answer";

    private const string Text =
        "The clinical system has carried this out. What it answered could not be read and is not shown. Do not send it again.";

    /// <summary>Whether a refusal is that of an answer which cannot be read, to a write of FHIR's that was done.</summary>
    /// <param name="exchange">The write.</param>
    /// <param name="refused">Why its answer would not leave.</param>
    /// <param name="body">The answer's body, as far as it was read.</param>
    /// <param name="places">Knows what its headers name.</param>
    public static bool Is(GatewayExchange exchange, StageResult refused, PooledBuffer body, CreatedPlace places)
    {
        if (!IsUnread(exchange, refused))
        {
            return false;
        }

        var (answer, request) = (exchange.Forwarded.Answer, exchange.Request);
        if (answer.Status == StatusCodes.Status201Created)
        {
            return true;
        }

        if (!SaysTaken(answer, request.Interaction == Interaction.Create))
        {
            return false;
        }

        var isNamed = EchoName.IsIn(request, body.Written, exchange.Ingressed.Route.Language.MaxDepth);
        return isNamed == true || places.IsOfWritten(exchange, answer) || (isNamed is null && answer.SaysJson);
    }

    /// <summary>The same of a write of a declared API's, whose answers have no names that are known here.</summary>
    /// <param name="exchange">The write.</param>
    /// <param name="refused">Why its answer would not leave.</param>
    /// <param name="isCreation">It makes a record anew.</param>
    public static bool Is(GatewayExchange exchange, StageResult refused, bool isCreation)
    {
        if (!IsUnread(exchange, refused))
        {
            return false;
        }

        var answer = exchange.Forwarded.Answer;
        return answer.Status == StatusCodes.Status201Created || (SaysTaken(answer, isCreation) && answer.SaysJson);
    }

    /// <summary>Notes on the record that the answer could not be read, and gives what is said in its place.</summary>
    /// <param name="exchange">The write.</param>
    public static ReadOnlyMemory<byte> Take(GatewayExchange exchange)
    {
        PassBy(exchange.Disclosure);
        return JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                resourceType = "OperationOutcome",
                issue = new[]
                {
                    new
                    {
                        severity = "warning",
                        code = "incomplete",
                        details = new { text = Text },
                    },
                },
            }
        );
    }

    /// <summary>Notes on the record that the answer could not be read: what was read of it until then has not left.</summary>
    /// <param name="disclosure">That of the write.</param>
    public static void PassBy(Disclosure disclosure)
    {
        disclosure.Reset();
        disclosure.PassBy();
    }

    // A transaction of reads alone is recorded as one that writes, and has done nothing.
    private static bool Writes(GatewayExchange exchange)
    {
        for (var place = 0; place < exchange.Entries.Count; place++)
        {
            if (exchange.Entries[place].Known.Request is not { IsWrite: false })
            {
                return true;
            }
        }

        return exchange.Entries.Count == 0;
    }

    private static bool IsUnread(GatewayExchange exchange, StageResult refused) =>
        exchange.IntentRecorded
        && Writes(exchange)
        && refused.IsRefused(out var reason)
        && (reason == DenyReason.UnreadableAnswer || reason == DenyReason.AnswerTooLarge);

    private static bool SaysTaken(UpstreamAnswer answer, bool isCreation) =>
        answer.Status == StatusCodes.Status202Accepted || (answer.Status == StatusCodes.Status200OK && !isCreation);
}
