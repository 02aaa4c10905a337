using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Lookups;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Settle;

/// <summary>
/// Settles a transaction: conditions looked up, and every entry decided over what it changes. The first refused entry refuses the whole.
/// </summary>
internal sealed class TransactionSettlement(
    StoredVersionGuard storedVersions,
    StartingRecordGuard startingRecords,
    NamedBinaryGuard binaries,
    NamedRecordGuard records,
    TargetAttribution targets,
    ConditionSearch conditions,
    WalkSearch walks,
    GatewayOptions options,
    TimeProvider clock
)
{
    /// <summary>The permit of the whole; every entry holds its own.</summary>
    public async ValueTask<StageResult<Settled>> SettleAsync(GatewayExchange exchange)
    {
        // 1. What the conditions match; from here on there are none.
        var resolved = await ResolveAsync(exchange);
        if (!resolved.Continues)
        {
            return resolved;
        }

        // 2. Entry by entry, with what it changes.
        for (var i = 0; i < exchange.Entries.Count; i++)
        {
            var settled = await SettleEntryAsync(exchange.Entries[i]);
            if (!settled.Continues)
            {
                return BundleDecision.RefuseFor(exchange, BundleDecision.PlaceAsAsked(exchange, i), settled);
            }
        }

        // 3. The whole, for the record; each answer is judged under its entry's own permit.
        return new Settled(Join(exchange));
    }

    private async ValueTask<StageResult> SettleEntryAsync(GatewayExchange entry)
    {
        if (TargetAttribution.IsNeeded(entry))
        {
            var completed = await targets.CompleteAsync(entry, entry.Request.Parts, entry.Request.Body);
            if (!completed.Continues)
            {
                return completed;
            }
        }

        StageResult<Settled> settled;
        if (StoredVersions.AreNeeded(entry))
        {
            settled = await storedVersions.DecideAsync(entry);
        }
        else
        {
            var decided = DecisionMaker.Decide(entry, entry.Request.Parts);
            if (!decided.Continues)
            {
                return decided.Result;
            }

            settled = await SettleReadAsync(entry, decided.Value);
        }

        if (!settled.Continues)
        {
            return settled.Result;
        }

        if (NamedBinaryGuard.IsNeeded(entry, settled.Value))
        {
            var asked = await binaries.AskAsync(entry, settled.Value);
            if (!asked.Continues)
            {
                return asked;
            }
        }

        if (NamedRecordGuard.IsNeeded(entry, settled.Value))
        {
            var asked = await records.AskAsync(entry, settled.Value);
            if (!asked.Continues)
            {
                return asked;
            }
        }

        // What the stored version names was asked about.
        entry.Fill(settled.Value with { StoredFiles = null, StoredNames = null });
        return UpstreamCallFactory.FindConflict(entry.Request, entry.Permit) is { } conflict
            ? StageResult.Refuse(conflict)
            : StageResult.Continue;
    }

    private ValueTask<StageResult<Settled>> SettleReadAsync(GatewayExchange entry, Permit permit)
    {
        if (StartingRecordGuard.IsNeeded(entry, permit))
        {
            return startingRecords.SettleAsync(entry, permit);
        }

        return WalkSearch.IsNeeded(entry, permit) ? walks.SettleAsync(entry, permit) : new(new Settled(permit));
    }

    private static Permit Join(GatewayExchange exchange)
    {
        var obligations = new List<Obligation>();
        foreach (var entry in exchange.Entries)
        {
            foreach (var obligation in entry.Permit.Obligations)
            {
                if (!obligations.Exists(known => known.Name == obligation.Name))
                {
                    obligations.Add(obligation);
                }
            }
        }

        return new Permit(
            string.Join(' ', exchange.Entries.Select(static entry => entry.Permit.Rule).Distinct()),
            obligations,
            ReleasePolicy.Nothing
        );
    }

    private async ValueTask<StageResult> ResolveAsync(GatewayExchange exchange)
    {
        var transaction = exchange.Request;
        if (transaction.Entries.All(static entry => entry.Conditions.Count == 0))
        {
            return StageResult.Continue;
        }

        // Security: each that means something else is a search, or several, and there is room for thousands in one body.
        if (NamesByCondition(transaction) > 2 * options.Limits.NamedRecords)
        {
            return StageResult.Refuse(DenyReason.RequestTooCostly, "conditional-references");
        }

        var forms = new PlainForm?[transaction.Entries.Count];
        var idle = new HashSet<int>();
        var references = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < forms.Length; i++)
        {
            foreach (var condition in transaction.Entries[i].Conditions)
            {
                var refused = await LookUpAsync(exchange.Entries[i], condition, form => Keep(i, form), references);
                if (!refused.Continues)
                {
                    return BundleDecision.RefuseFor(exchange, i, refused);
                }
            }
        }

        var reading = TransactionForms.Read(transaction, forms, references, idle, exchange.Ingressed.Route.Language);
        if (!reading.TryGet(out var plain, out var unread))
        {
            return StageResult.Refuse(unread, reading.Detail);
        }

        exchange.Resolve(new Resolved(plain, Entries: BundleDecision.Open(exchange, plain, clock)) { Idle = idle });
        return StageResult.Continue;

        void Keep(int place, PlainForm? form)
        {
            forms[place] = form;
            if (form is null)
            {
                idle.Add(place);
            }
        }
    }

    private static int NamesByCondition(FhirRequest transaction) =>
        transaction
            .Entries.SelectMany(static entry => entry.Conditions)
            .Select(static condition => condition.Reference)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .Count();

    private async ValueTask<StageResult> LookUpAsync(
        GatewayExchange entry,
        WriteCondition condition,
        Action<PlainForm?> keep,
        Dictionary<string, string> references
    )
    {
        // A transaction names the same practitioner in hundreds of entries: what the words mean was found out for the first of them.
        if (condition.Reference is { } known && references.ContainsKey(known))
        {
            return StageResult.Continue;
        }

        var found = await conditions.RunAsync(entry, condition.Search);
        if (!found.Continues)
        {
            return found.Result;
        }

        var ids = found.Value.Ids;
        if (ids.Count > 1)
        {
            return StageResult.Refuse(DenyReason.ConditionAmbiguous);
        }

        if (condition.Reference is not null)
        {
            if (ids.Count == 0)
            {
                return StageResult.Refuse(DenyReason.ConditionUnmatched);
            }

            var name = $"{condition.Search.Type.Name}/{ids[0]}";
            references[condition.Reference] = name;

            // Found among what this client may see, and so it may be named.
            (entry.Bundle ?? entry).Named.Allowed.Add(name);
            return StageResult.Continue;
        }

        if (ids.Count == 0 && entry.Request.Interaction == Interaction.Delete)
        {
            // To delete what is not there is done when it is asked for (R4 3.1.0.7.1).
            keep(null);
            return StageResult.Continue;
        }

        if ((ids.Count == 1 ? ConditionalWrite.OnMatch(entry.Request, ids[0]) : ConditionalWrite.OnNone(entry.Request)) is not { } form)
        {
            return StageResult.Refuse(
                entry.Request.Interaction == Interaction.Update ? DenyReason.VersionChanged : DenyReason.NotFoundOrWithheld,
                "condition-matches-nothing"
            );
        }

        keep(form);
        return StageResult.Continue;
    }
}
