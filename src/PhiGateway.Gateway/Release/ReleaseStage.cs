using Microsoft.AspNetCore.Http;
using PhiGateway.Fhir.Answers;
using PhiGateway.Gateway.Audit;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Handles;
using PhiGateway.Gateway.Identify;
using PhiGateway.Gateway.Pipeline;
using PhiGateway.Gateway.Registry;
using PhiGateway.Policy.Decision;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release;

/// <summary>Does the answer keep to the decision, and whose data is in it? Reads it whole, judges it, records it, and only then lets it go.</summary>
internal sealed class ReleaseStage(GatewayOptions options, DiscoveryDocuments discovery, HandleIssuer handles, AuditTrail trail, SnapshotHolder snapshots) : IStage
{
    public string Name => "Release";

    public async ValueTask<StageResult> RunAsync(GatewayExchange exchange)
    {
        if (Discovery.IsPublic(exchange.Canonical!))
        {
            return await discovery.WriteAsync(exchange);
        }

        // 1. What the status means for this request.
        var answer = exchange.Answer!;
        var meaning = AnswerStatus.Read(answer.Status, exchange.Request!);
        if (meaning.Refusal is { } refusal)
        {
            exchange.RefusalStatus = meaning.Status;
            return StageResult.Refuse(refusal, $"upstream-{answer.Status}");
        }

        // 2. The body, whole, in a form that can be read.
        using var body = new PooledBuffer(options.Limits.MaxAnswer);
        var opened = await ReadAsync(exchange, body);
        if (opened.IsRefused(out _))
        {
            return opened;
        }

        // 3. Resource by resource; finished before the first byte goes.
        using var filtered = new PooledBuffer(options.Limits.MaxAnswer);
        var bytes = ReadOnlyMemory<byte>.Empty;
        if (body.Length > 0 && meaning.HasBody)
        {
            switch (Judge(exchange, body, filtered))
            {
                case AnswerVerdict.Unchanged:
                    bytes = body.Written;
                    break;
                case AnswerVerdict.Rewritten:
                    bytes = filtered.Written;
                    break;
                case AnswerVerdict.Withheld:
                    return StageResult.Refuse(DenyReason.NotFoundOrWithheld, exchange.Disclosure.LastWithheld.ToString());
                default:
                    return StageResult.Refuse(DenyReason.UnreadableAnswer, "judgement");
            }
        }
        else if (meaning.NeedsBody)
        {
            return StageResult.Refuse(DenyReason.UnreadableAnswer, "empty");
        }

        // 4. Whose data it is must be known to outsiders and machines that act by themselves.
        if (exchange.Disclosure.HasUndeterminedPatient && !MayReceiveUndetermined(exchange))
        {
            return StageResult.Refuse(DenyReason.PatientUndetermined);
        }

        if (LimitOf(exchange.Permit!) is { } most && exchange.Disclosure.Resources.Count > most)
        {
            return StageResult.Refuse(DenyReason.QuotaExceeded, "limit-records");
        }

        var limits = exchange.Client!.Client.Limits;
        if (exchange.Ticket is { } ticket && !ticket.Gate.TryTake(exchange.Disclosure, limits.DistinctPatientsPerHour, limits.RecordsPerDay, exchange.Now))
        {
            return StageResult.Refuse(DenyReason.QuotaExceeded);
        }

        // 5. Revoked since the decision: nothing of it goes.
        if (!ReferenceEquals(snapshots.Current, exchange.Snapshot)
            && PolicyDecisionPoint.FindRevocation(exchange.Caller!, exchange.Route!.Tenant, snapshots.Current) is { } revoked)
        {
            return StageResult.Refuse(revoked, "while-answering");
        }

        // 6. On record, durably; then the bytes.
        exchange.Status = meaning.Status;
        exchange.BytesOut = bytes.Length;
        var recorded = exchange.Request!.IsWrite ? await trail.RecordOutcomeAsync(exchange) : await trail.RecordDisclosureAsync(exchange);
        if (recorded.IsRefused(out _))
        {
            return recorded;
        }

        AnswerHeaders.Write(exchange, answer, bytes.Length, changed: !ReferenceEqualsMemory(bytes, body.Written));
        if (bytes.Length > 0 && !HttpMethods.IsHead(exchange.Http.Request.Method))
        {
            await exchange.Http.Response.Body.WriteAsync(bytes, exchange.Http.RequestAborted);
        }

        exchange.Delivered = true;
        return StageResult.Continue;
    }

    private AnswerVerdict Judge(GatewayExchange exchange, PooledBuffer body, PooledBuffer filtered) =>
        AnswerFilter.Filter(exchange.Request!, body.Written.Span, exchange.Permit!.Release, exchange.Route!.Fhir, filtered, exchange.Disclosure, PageLinks.OptionsFor(exchange, handles));

    private static async ValueTask<StageResult> ReadAsync(GatewayExchange exchange, PooledBuffer body)
    {
        var answer = exchange.Answer!;
        if (answer.Length == 0 || answer.Status == StatusCodes.Status204NoContent)
        {
            return StageResult.Continue;
        }

        try
        {
            await using var stream = await answer.OpenAsync(exchange.Http.RequestAborted);
            if (stream is null)
            {
                return StageResult.Refuse(DenyReason.UnreadableAnswer, "content-encoding");
            }

            body.Expect(answer.Length ?? 0);
            if (!await body.TryReadAsync(stream, exchange.Http.RequestAborted))
            {
                return StageResult.Refuse(DenyReason.AnswerTooLarge);
            }
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or InvalidDataException or InvalidOperationException)
        {
            return StageResult.Refuse(DenyReason.UnreadableAnswer, "cut-short");
        }

        if (body.Length > 0 && answer.MediaType is not ("application/fhir+json" or "application/json" or "application/json+fhir"))
        {
            return StageResult.Refuse(DenyReason.UnreadableAnswer, "media-type");
        }

        return StageResult.Continue;
    }

    private static bool MayReceiveUndetermined(GatewayExchange exchange) =>
        exchange.Client is { Organization.Kind: OrganizationKind.Internal, Client.Kind: not ClientKind.AiAgent };

    private static int? LimitOf(Permit permit)
    {
        for (var i = 0; i < permit.Obligations.Count; i++)
        {
            if (permit.Obligations[i] is LimitRecords limit)
            {
                return limit.Most;
            }
        }

        return null;
    }

    private static bool ReferenceEqualsMemory(ReadOnlyMemory<byte> left, ReadOnlyMemory<byte> right) => left.Equals(right);
}
