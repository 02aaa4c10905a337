using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Resources;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Lookups;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Settle;

/// <summary>
/// Refuses a write that newly names a record of which its client may not know whether it is there: a server that checks references would
/// tell by what becomes of the write. Used by Settle; the twin of <see cref="NamedBinaryGuard"/> for records.
/// </summary>
/// <remarks>
/// A patient may be named by whom a decision covers for that patient, whether there is such a patient or not. Any other record may be named by
/// who may see it, or, of a type that this client reads nothing of, by who may name its patients; what is not there is refused like what is
/// somebody else's.
/// </remarks>
internal sealed class NamedRecordGuard(Fetch fetch)
{
    /// <summary>Records that one resource may newly name.</summary>
    private const int Most = 500;

    /// <summary>Ids in one search; fewer than any server gives on a page.</summary>
    private const int PerSearch = 20;

    private const string Detail = "names-record";

    /// <summary>Whether anything that is written, or that is looked at as if it were, may name a record.</summary>
    public static bool IsNeeded(GatewayExchange exchange, in Settled settled)
    {
        var request = settled.Request ?? exchange.Request;
        return (
                request.Interaction is Interaction.Create or Interaction.Update or Interaction.Patch
                || (request.Interaction == Interaction.Operation && (request.OperationWrites || request.Operation == "$validate"))
            ) && RecordNames.MayBeIn(WrittenContent.Of(request).Span);
    }

    /// <summary>Continues when every record that is newly named may be named.</summary>
    public async ValueTask<StageResult> AskAsync(GatewayExchange exchange, Settled settled)
    {
        var request = settled.Request ?? exchange.Request;
        var named = Named(exchange, request, settled);
        if (named.Count == 0)
        {
            return StageResult.Continue;
        }

        var write = new WrittenReach(exchange, request);
        var others = new Dictionary<ResourceType, List<string>>();
        foreach (var name in named)
        {
            var slash = name.IndexOf('/', StringComparison.Ordinal);
            var (type, id) = (ResourceType.Parse(name[..slash]), name[(slash + 1)..]);
            if (type == ResourceType.Patient)
            {
                if (FindRefusal(write, id) is { } refusal)
                {
                    return StageResult.Refuse(refusal, Detail);
                }
            }
            else if (exchange.Ingressed.Route.ChecksReferences && type != ResourceType.Binary && !RecordNames.IsNobodys(type))
            {
                // Files are asked about by themselves.
                (others.TryGetValue(type, out var ids) ? ids : others[type] = []).Add(id);
            }
        }

        return await LookUpAsync(exchange, write, others);
    }

    private static DenyReason? FindRefusal(WrittenReach write, string id) =>
        PatientId.TryParse(id, out var patient) ? write.FindRefusal(patient) : DenyReason.PatientUndetermined;

    // What was named already, what the same transaction writes, and itself.
    private static HashSet<string> Named(GatewayExchange exchange, FhirRequest request, in Settled settled)
    {
        var context = exchange.Ingressed.Route.Language;
        var body = WrittenContent.Of(request);
        var named = WrittenContent.IsPlacedElsewhere(request)
            ? RecordNames.InAnyText(body.Span, context)
            : RecordNames.In(body.Span, context);
        named.ExceptWith(settled.StoredNames ?? []);
        named.Remove($"{request.Type.Name}/{request.Id}");
        foreach (var entry in exchange.Bundle is { Kind: RequestKind.Transaction } bundle ? bundle.Entries : [])
        {
            if (entry.Request is { Interaction: Interaction.Update, Id: { } id } update)
            {
                named.Remove($"{update.Type.Name}/{id}");
            }
        }

        return named;
    }

    private async ValueTask<StageResult> LookUpAsync(
        GatewayExchange exchange,
        WrittenReach write,
        Dictionary<ResourceType, List<string>> others
    )
    {
        if (others.Values.Sum(static ids => ids.Count) > Most)
        {
            return StageResult.Refuse(DenyReason.RequestTooCostly, Detail);
        }

        foreach (var (type, all) in others)
        {
            var judge = write.JudgeOf(type);
            if (judge.ShowsWhatIsNobodysKnown(type))
            {
                // To whom nothing of the type is hidden nothing is told.
                continue;
            }

            var known = (exchange.Bundle ?? exchange).MayBeNamed;
            foreach (var ids in all.Where(id => !known.Contains($"{type.Name}/{id}")).Chunk(PerSearch))
            {
                var place = ids is [var only] ? $"/{type.Name}/{only}" : $"/{type.Name}?_id={string.Join(',', ids)}&_count={PerSearch}";
                using var fetched = await fetch.ReadAsync(exchange, place);
                if (fetched is Fetched.Failed failed)
                {
                    return StageResult.Refuse(failed.Reason, Detail);
                }

                if (fetched is Fetched.Found found)
                {
                    Keep(FoundRecords.Read(found.Body.Span, judge, exchange.Ingressed.Route.Language), type, judge, write, known);
                }

                if (Array.Exists(ids, id => !known.Contains($"{type.Name}/{id}")))
                {
                    return StageResult.Refuse(DenyReason.PatientUndetermined, Detail);
                }
            }
        }

        return StageResult.Continue;
    }

    private static void Keep(
        IReadOnlyList<ResourceFacts> found,
        ResourceType type,
        ReleasePolicy judge,
        WrittenReach write,
        HashSet<string> known
    )
    {
        foreach (var facts in found)
        {
            if (facts.Type == type && write.MayName(facts, judge))
            {
                known.Add($"{type.Name}/{facts.Id}");
            }
        }
    }
}
