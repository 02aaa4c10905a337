using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Resources;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Lookups;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Settle;

/// <summary>
/// Refuses a write, or an operation over records, that newly names a record of which its client may not know whether it is there: a server
/// that looks for what is named would tell by what becomes of it. Used by Settle; the twin of <see cref="NamedBinaryGuard"/> for records.
/// </summary>
/// <remarks>
/// A patient may be named by whom a decision covers for that patient, whether there is such a patient or not. Any other record may be named by
/// who may see it, or, of a type that this client reads nothing of, by who may name its patients; what is not there is refused like what is
/// somebody else's.
/// </remarks>
internal sealed class NamedRecordGuard(Fetch fetch, HopLookup hopLookup, TargetLookup targets, GatewayOptions options)
{
    private const string Detail = "names-record";

    /// <summary>Whether anything that is written, or that is looked at as if it were, may name a record.</summary>
    public static bool IsNeeded(GatewayExchange exchange, in Settled settled)
    {
        var request = settled.Request ?? exchange.Request;
        if (!WrittenContent.IsLookedInto(request))
        {
            return false;
        }

        // What a stored document or message names is among its own entries, unless a patch puts it there; an entry of one that is validated
        // names what it would change, too.
        return request.Type == ResourceType.Bundle && !WrittenContent.IsAppliedElsewhere(request)
            ? request.Operation == "$validate"
            : MayNameOne(request) || NamesInInputs(request);
    }

    // In a patch that the upstream applies, what makes a reference of a text may stand in the path, and with something behind it.
    private static bool MayNameOne(FhirRequest request)
    {
        var content = WrittenContent.Of(request).Span;
        return RecordNames.MayBeIn(content)
            || (WrittenContent.IsAppliedElsewhere(request) && content.IndexOf("eference"u8) >= 0)
            || (TakesInputs(request) && content.IndexOf("\"part\""u8) >= 0 && content.Contains((byte)'/'));
    }

    // The inputs of an operation, and the parts of one, are no filters: a server looks for what they name, and says so where it is not
    // there. What picks like a search does not.
    private static bool TakesInputs(FhirRequest request) => request is { Interaction: Interaction.Operation, Operation: not "$lastn" };

    private static bool NamesInInputs(FhirRequest request)
    {
        if (!TakesInputs(request))
        {
            return false;
        }

        for (var i = 0; i < request.Parameters.Count; i++)
        {
            if (request.Parameters[i].Value.Contains('/', StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
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
            if (type == ResourceType.Patient && FindRefusal(write, id) is { } refusal)
            {
                return StageResult.Refuse(refusal, Detail);
            }

            if (IsAskedAbout(exchange, write, type))
            {
                (others.TryGetValue(type, out var ids) ? ids : others[type] = []).Add(id);
            }
        }

        return await LookUpAsync(exchange, write, others);
    }

    // Files are asked about by themselves, and to whom nothing of a type is hidden nothing is told. Who may name a patient is known without a
    // look, but not whose tenant's the patient is.
    private static bool IsAskedAbout(GatewayExchange exchange, WrittenReach write, ResourceType type)
    {
        var route = exchange.Ingressed.Route;
        return route.ChecksReferences
            && type != ResourceType.Binary
            && (type != ResourceType.Patient || route.TenantTag is not null)
            && !RecordNames.IsNobodys(type)
            && !write.JudgeOf(type).ShowsWhatIsNobodysKnown(type);
    }

    private static DenyReason? FindRefusal(WrittenReach write, string id) =>
        PatientId.TryParse(id, out var patient) ? write.FindRefusal(patient) : DenyReason.PatientUndetermined;

    // What was named already, what the same transaction writes, and itself.
    private static HashSet<string> Named(GatewayExchange exchange, FhirRequest request, in Settled settled)
    {
        var context = exchange.Ingressed.Route.Language;
        var body = WrittenContent.Of(request);
        var named = WrittenContent.NewNames(request, PlacesIn(request, body, context), settled.StoredNames);
        if (NamesInInputs(request))
        {
            foreach (var input in request.Parameters)
            {
                if (RecordNames.NameOf(input.Value, context) is { } name)
                {
                    named.Add(name);
                }
            }
        }

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

    private static HashSet<string> PlacesIn(FhirRequest request, ReadOnlyMemory<byte> body, FhirContext context)
    {
        if (request.Type == ResourceType.Bundle && !WrittenContent.IsAppliedElsewhere(request))
        {
            return BundleNames.In(body, context);
        }

        return WrittenContent.IsPlacedElsewhere(request)
            ? RecordNames.InAnyText(body.Span, context, loosely: WrittenContent.IsAppliedElsewhere(request))
            : RecordNames.Places(body.Span, context);
    }

    private async ValueTask<StageResult> LookUpAsync(
        GatewayExchange exchange,
        WrittenReach write,
        Dictionary<ResourceType, List<string>> others
    )
    {
        var known = (exchange.Bundle ?? exchange).Named.Allowed;
        var asked = others.Sum(group => group.Value.Count(id => !known.Contains($"{group.Key.Name}/{id}")));
        if (asked > options.Limits.NamedRecords || asked + known.Count > 2 * options.Limits.NamedRecords)
        {
            return StageResult.Refuse(DenyReason.RequestTooCostly, Detail);
        }

        foreach (var (type, all) in others)
        {
            foreach (var ids in all.Where(id => !known.Contains($"{type.Name}/{id}")).Chunk(RecordsById.PerSearch))
            {
                var read = await fetch.ReadAsync(exchange, type, ids, (fetched, _) => TakeAsync(exchange, write, type, fetched, known));
                if (!read.Continues)
                {
                    return read;
                }

                if (Array.Exists(ids, id => !known.Contains($"{type.Name}/{id}")))
                {
                    return StageResult.Refuse(DenyReason.PatientUndetermined, Detail);
                }
            }
        }

        return StageResult.Continue;
    }

    private async ValueTask<StageResult> TakeAsync(
        GatewayExchange exchange,
        WrittenReach write,
        ResourceType type,
        Fetched fetched,
        HashSet<string> known
    )
    {
        if (fetched is Fetched.Failed failed)
        {
            return StageResult.Refuse(failed.Reason, Detail);
        }

        if (fetched is not Fetched.Found found)
        {
            return StageResult.Continue;
        }

        var judge = write.JudgeOf(type);
        var read = ReferenceEquals(judge, ReleasePolicy.Nothing) ? null : judge;
        var hops = HopTargets.AreOf(type) ? new HopTargets() : null;
        if (hops is not null && await hopLookup.FindAsync(exchange, judge, found.Body, hops) is { Continues: false } unknown)
        {
            return unknown;
        }

        var kept = await targets.FindKeptAsync(exchange, found.Body, judge);
        foreach (var facts in FoundRecords.Read(found.Body.Span, read, exchange.Ingressed.Route.Language, hops))
        {
            var name = $"{facts.Type.Name}/{facts.Id}";
            if (facts.Type == type && !kept.Contains(name) && write.MayName(facts, judge))
            {
                known.Add(name);
            }
        }

        return StageResult.Continue;
    }
}
