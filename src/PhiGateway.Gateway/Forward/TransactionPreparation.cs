using PhiGateway.Fhir;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Lookups;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Forward;

/// <summary>
/// Makes the one call of a transaction: conditions looked up, every entry decided over what it changes, narrowed and tied to its version.
/// </summary>
internal sealed class TransactionPreparation(
    StoredVersionGuard storedVersions,
    ConditionSearch conditions,
    CallPreparation preparation,
    TimeProvider clock
)
{
    /// <summary>The call; every entry holds its own permit, the exchange that of the whole.</summary>
    public async ValueTask<PreparedCall> PrepareAsync(GatewayExchange exchange)
    {
        // 1. What the conditions match; from here on there are none.
        var resolved = await ResolveAsync(exchange);
        if (resolved.IsRefused(out _))
        {
            return PreparedCall.Refused(resolved);
        }

        // 2. Entry by entry, with what it changes.
        var calls = new UpstreamCall[exchange.Entries.Count];
        var parts = new List<AccessPart>(calls.Length);
        for (var i = 0; i < calls.Length; i++)
        {
            var entry = exchange.Entries[i];
            var (decided, version) = StoredVersions.AreNeeded(entry)
                ? await storedVersions.DecideAsync(entry)
                : (DecisionMaker.Decide(entry, entry.Request!.Parts), null);
            if (decided.IsRefused(out _))
            {
                return PreparedCall.Refused(BundleDecision.RefuseFor(exchange, i, decided));
            }

            var walked = await preparation.ResolveWalksAsync(entry);
            if (walked.IsRefused(out _))
            {
                return PreparedCall.Refused(BundleDecision.RefuseFor(exchange, i, walked));
            }

            if (UpstreamCallFactory.FindConflict(entry.Request!, entry.Permit!) is { } conflict)
            {
                return PreparedCall.Refused(BundleDecision.RefuseFor(exchange, i, StageResult.Refuse(conflict)));
            }

            calls[i] = CallPreparation.Tie(UpstreamCallFactory.Create(entry.Request!, entry.Permit!), entry.Request!, version);
            parts.AddRange(entry.Request!.Parts);
        }

        // 3. The whole, for the record; each answer is judged under its entry's own permit.
        exchange.Permit = Join(exchange);
        return PreparedCall.Of(UpstreamCallFactory.CreateTransaction(exchange.Request!, calls));
    }

    private static Permit Join(GatewayExchange exchange)
    {
        var obligations = new List<Obligation>();
        foreach (var entry in exchange.Entries)
        {
            foreach (var obligation in entry.Permit!.Obligations)
            {
                if (!obligations.Exists(known => known.Name == obligation.Name))
                {
                    obligations.Add(obligation);
                }
            }
        }

        return new Permit(
            string.Join(' ', exchange.Entries.Select(static entry => entry.Permit!.Rule).Distinct()),
            obligations,
            ReleasePolicy.Nothing
        );
    }

    private async ValueTask<StageResult> ResolveAsync(GatewayExchange exchange)
    {
        var transaction = exchange.Request!;
        if (transaction.Entries.All(static entry => entry.Conditions.Count == 0))
        {
            return StageResult.Continue;
        }

        var forms = new PlainForm?[transaction.Entries.Count];
        var references = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < forms.Length; i++)
        {
            foreach (var condition in transaction.Entries[i].Conditions)
            {
                var refused = await LookUpAsync(exchange.Entries[i], condition, form => forms[i] = form, references);
                if (refused.IsRefused(out _))
                {
                    return BundleDecision.RefuseFor(exchange, i, refused);
                }
            }
        }

        var reading = TransactionForms.Read(transaction, forms, references, exchange.Route!.Language);
        if (!reading.TryGet(out var plain, out var unread))
        {
            return StageResult.Refuse(unread, reading.Detail);
        }

        exchange.Conditional = transaction;
        exchange.Request = plain;
        BundleDecision.Open(exchange, clock);
        return StageResult.Continue;
    }

    private async ValueTask<StageResult> LookUpAsync(
        GatewayExchange entry,
        WriteCondition condition,
        Action<PlainForm> keep,
        Dictionary<string, string> references
    )
    {
        // A transaction names the same practitioner in hundreds of entries: what the words mean was found out for the first of them.
        if (condition.Reference is { } known && references.ContainsKey(known))
        {
            return StageResult.Continue;
        }

        var found = await conditions.RunAsync(entry, condition.Search);
        if (found.Refusal is { } refusal)
        {
            return StageResult.Refuse(refusal, "condition");
        }

        if (found.Ids.Count > 1)
        {
            return StageResult.Refuse(DenyReason.ConditionAmbiguous);
        }

        if (condition.Reference is not null)
        {
            if (found.Ids.Count == 0)
            {
                return StageResult.Refuse(DenyReason.ConditionUnmatched);
            }

            references[condition.Reference] = $"{condition.Search.Type.Name}/{found.Ids[0]}";
            return StageResult.Continue;
        }

        if (
            (found.Ids.Count == 1 ? ConditionalWrite.OnMatch(entry.Request!, found.Ids[0]) : ConditionalWrite.OnNone(entry.Request!))
            is not { } form
        )
        {
            return StageResult.Refuse(
                entry.Request!.Interaction == Interaction.Update ? DenyReason.VersionChanged : DenyReason.NotFoundOrWithheld,
                "condition-matches-nothing"
            );
        }

        keep(form);
        return StageResult.Continue;
    }
}
