using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Changes;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Resources;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Lookups;

/// <summary>Fetches what an update, patch or delete would change, for Settle to decide over.</summary>
internal sealed class StoredVersionLookup(
    Fetch fetch,
    ReferrerLookup referrers,
    TargetLookup targets,
    AnswerBuffers buffers,
    GatewayOptions options
)
{
    private const string Detail = "stored-version";

    // The newest of a history's entries is the deletion itself.
    private const int VersionsLookedAt = 10;

    // A record that speaks of others names few types of them.
    private const int SearchesOfOne = 4;

    // A patch is applied to a tree, which takes so many times the room of its text; to read and compare takes less.
    private const int TreeToText = 16;
    private const int ReadingToText = 4;

    /// <summary>Fetches what a part of the exchange's request changes.</summary>
    /// <param name="exchange">A request of its own, or an entry of a bundle.</param>
    /// <param name="part">The part that names the resource by its id.</param>
    public async ValueTask<StageResult<StoredVersion>> FindAsync(GatewayExchange exchange, AccessPart part)
    {
        using var fetched = await fetch.ReadAsync(exchange, $"/{part.Type.Name}/{part.Id}");
        return fetched switch
        {
            Fetched.Found found => await ReadAsync(exchange, part, found),
            Fetched.Absent { Status: 410 } when part.Interaction == Interaction.Update => await FindDeletedAsync(exchange, part),
            Fetched.Absent => new StoredVersion(part with { StoredState = StoredState.Absent }, null),
            Fetched.Failed failed => StageResult.Refuse(failed.Reason, Detail),
            _ => StageResult.Refuse(DenyReason.Faulted, Detail),
        };
    }

    // What stays for what it speaks of is told as a record is that is somebody else's: what a change of it comes to would tell what it holds.
    private async ValueTask<StageResult<StoredVersion>> ReadAsync(GatewayExchange exchange, AccessPart part, Fetched.Found found)
    {
        if (await IsKeptAsync(exchange, part, found.Body))
        {
            return StageResult.Refuse(DenyReason.PatientNotFound, Detail);
        }

        return await AttributeAsync(exchange, Read(exchange, part, found), found.Body);
    }

    private async ValueTask<bool> IsKeptAsync(GatewayExchange exchange, AccessPart part, ReadOnlyMemory<byte> stored)
    {
        if (!KnownTargets.AreOf(part.Type))
        {
            return false;
        }

        var read = DecisionMaker.Decide(exchange, [new AccessPart { Interaction = Interaction.Read, Type = part.Type }]);
        if (!read.Continues)
        {
            return false;
        }

        // Of a bundle of many such each is looked at: the searches that the others took refuse none.
        var counter = exchange.Bundle ?? exchange;
        var taken = counter.WalkedSearches;
        counter.WalkedSearches = Math.Min(taken, Math.Max(0, options.Limits.WalkedSearches - SearchesOfOne));
        var kept = await targets.FindKeptAsync(exchange, stored, read.Value.Release);
        counter.WalkedSearches = Math.Max(taken, counter.WalkedSearches);
        return kept.Count > 0;
    }

    // Under a name that was somebody's nobody else makes anything: the last version decides, as if it were there still.
    private async ValueTask<StageResult<StoredVersion>> FindDeletedAsync(GatewayExchange exchange, AccessPart part)
    {
        using var history = await fetch.ReadAsync(exchange, $"/{part.Type.Name}/{part.Id}/_history?_count={VersionsLookedAt}");
        var versions = history is Fetched.Found found ? FoundRecords.Read(found.Body.Span, null, exchange.Ingressed.Route.Language) : [];

        // A server that keeps no versions cannot say whose it was.
        var last =
            versions.FirstOrDefault(facts => facts.Type == part.Type && facts.Id == part.Id)
            ?? new ResourceFacts
            {
                Type = part.Type,
                Id = part.Id,
                NamesNoPatient = true,
                Confidentiality = Confidentiality.Normal,
            };
        var decided = Decide(exchange, part with { StoredState = StoredState.Present, Stored = last });
        return decided.Continues
            ? new StoredVersion(part with { StoredState = StoredState.Absent }, null)
            : StageResult.Refuse(decided.Result.Refusal ?? DenyReason.Faulted, "deleted-version");
    }

    // A file is changed by who may change what names it, when all of that is in sight.
    private async ValueTask<StageResult<StoredVersion>> AttributeAsync(
        GatewayExchange exchange,
        StageResult<StoredVersion> read,
        ReadOnlyMemory<byte> stored
    )
    {
        if (!read.Continues || read.Value.Part is not { Stored: { } facts } part || part.Type != ResourceType.Binary)
        {
            return read;
        }

        var context = exchange.Ingressed.Route.Language;
        var files = new FileReferrers();
        await referrers.FindAsync(exchange, stored, ReleasePolicy.Nothing, files);
        files.Give(stored.Span, facts, context);
        if (part.Body is { } written && written.Id == facts.Id)
        {
            var body = read.Value.Request is { } patched ? patched.Patched : exchange.Request.Body;
            files.Give(body.Span, written, context);
        }

        return read;
    }

    private StageResult<StoredVersion> Read(GatewayExchange exchange, AccessPart part, Fetched.Found found)
    {
        var stored = found.Body;
        using var room = buffers.Take(exchange, RoomFor(exchange.Request, part, stored.Length));
        var facts = new ResourceFacts();
        if (
            !ResourceScanner.TryScanForDecision(stored.Span, exchange.Ingressed.Route.Language, facts)
            || facts.Type != part.Type
            || facts.Id != part.Id
        )
        {
            return StageResult.Refuse(DenyReason.UnreadableAnswer, Detail);
        }

        var known = part with { StoredState = StoredState.Present, Stored = facts };

        if (exchange.Bundle is { Kind: RequestKind.Transaction })
        {
            // What is judged by it, whose and how labelled and coded, is kept until the whole has gone; it may be nearly all of it.
            exchange.Hold(buffers.TakeUntilSent(exchange, stored.Length));
        }

        // The resource's own word first; servers that give it none there may say it in the header alone (R4 3.1.0.1.2).
        var id = facts.VersionId ?? found.VersionId;
        if (exchange.Request.Patch is { IsAppliedHere: true } && id is null)
        {
            // Without a version, what others write meanwhile would be undone by the result.
            return Refuse(exchange, known, DenyReason.PatchNotApplicable, "no-version");
        }

        var version = new StoredVersion(known, id);
        if (part.Interaction is Interaction.Update or Interaction.Patch)
        {
            var context = exchange.Ingressed.Route.Language;
            version = version with { Files = BinaryNames.Places(stored.Span, context), Names = RecordNames.Places(stored.Span, context) };
        }

        return Compare(exchange, version, stored);
    }

    // What a patch puts there, and what it copies, becomes part of the tree.
    private static long RoomFor(FhirRequest request, AccessPart part, int stored) =>
        (part.Interaction, request.Patch) switch
        {
            (Interaction.Patch, { IsAppliedHere: true } patch) => (((long)stored + request.Body.Length) * TreeToText)
                + patch.MostCopied(stored),
            (Interaction.Patch, _) => (long)stored * TreeToText,
            _ => (long)stored * ReadingToText,
        };

    // What is stored, with what the write would make of it.
    private StageResult<StoredVersion> Compare(GatewayExchange exchange, StoredVersion version, ReadOnlyMemory<byte> stored)
    {
        var (request, part) = (exchange.Request, version.Part);
        switch (part.Interaction)
        {
            case Interaction.Update:
                var changes = StoredVersionComparer.Compare(stored.Span, request.Body.Span, exchange.Ingressed.Route.Language);
                return version with
                {
                    Part = part with { Relabels = part.Relabels || changes != ProtectedChanges.None },
                    Keeping = Keep(exchange, changes, version, stored),
                };
            case Interaction.Patch when request.Patch is { IsAppliedHere: true } patch:
                return Apply(exchange, patch, version, stored);
            case Interaction.Patch when request.Interaction == Interaction.Operation:
                return version;
            case Interaction.Patch:
                return version with { Part = AppliedUpstream(exchange, part, stored) };
            default:
                return version;
        }
    }

    // It is applied upstream: whatever lies near a label counts as one, and replacing what holds one takes it away.
    private static AccessPart AppliedUpstream(GatewayExchange exchange, AccessPart part, ReadOnlyMemory<byte> stored)
    {
        var request = exchange.Request;
        var touched = request.Patch?.Touched ?? [];
        var relabels =
            touched.Any(element => StoredVersionComparer.IsProtected(part.Type, element))
            || StoredVersionComparer.TouchesOtherOwners(stored.Span, part.Type, touched, exchange.Ingressed.Route.Language)
            || StoredVersionComparer.HoldsInlineLabel(stored.Span, touched)
            || StoredVersionComparer.HoldsInlineLabel(request.Body.Span, null);
        return part with { Relabels = part.Relabels || relabels };
    }

    // What a file's records say of it, and what other entries of a transaction make anew, is not read out of its body alone. Without a
    // version, a label that others set meanwhile would be taken away by those that were stored before.
    private StoredVersion? Keep(GatewayExchange exchange, ProtectedChanges changes, StoredVersion version, ReadOnlyMemory<byte> stored)
    {
        const ProtectedChanges Marks = ProtectedChanges.Tags | ProtectedChanges.Labels;
        var part = version.Part;
        if (
            changes == ProtectedChanges.None
            || (changes & ~Marks) != 0
            || version.Version is null
            || part is not { Relabels: false, Body.HasNewOwner: false }
            || part.Type == ResourceType.Binary
            || CarriedTags.Find(stored, exchange.Request.Body, exchange.Ingressed.Route.Language) is not { } carried
        )
        {
            return null;
        }

        // It is held until it has gone upstream.
        exchange.Hold(buffers.TakeUntilSent(exchange, carried.Body.Length));
        return version with { Part = part with { Body = carried.Facts }, Request = exchange.Request.WithPatched(carried.Body) };
    }

    private StageResult<StoredVersion> Apply(
        GatewayExchange exchange,
        PatchMeaning patch,
        StoredVersion version,
        ReadOnlyMemory<byte> stored
    )
    {
        var part = version.Part;
        var patched = PatchedVersion.Of(patch, stored, exchange.Ingressed.Route.Language, options.Limits.MaxAnswer);
        if (patched.Facts is null)
        {
            var reason = patched.Outcome == PatchOutcome.TooLarge ? DenyReason.BodyTooLarge : DenyReason.PatchNotApplicable;
            return Refuse(exchange, part, reason, Detail);
        }

        if (exchange.Ingressed.Route.RoutingMarks?.StandNewlyIn(patched.Body, stored) == true)
        {
            return Refuse(exchange, part, DenyReason.MalformedBody, "routing-mark");
        }

        // The result is held until it has gone upstream, as the body of an update is.
        exchange.Hold(buffers.TakeUntilSent(exchange, patched.Body.Length));
        var relabels = part.Relabels || patched.Changes != ProtectedChanges.None;
        return version with
        {
            Part = part with { Body = patched.Facts, Relabels = relabels },
            Request = exchange.Request.WithPatched(patched.Body),
            // What is carried to where it would be a reference was looked at in this version, and in no other that a server may apply it to.
            AsPatch = patch.Carries ? null : AppliedUpstream(exchange, part, stored) with { Unsettles = patch.Unsettled(part.Type) },
        };
    }

    // That it cannot be done tells of what is stored: first it is asked whether this client may change it at all.
    private static StageResult Refuse(GatewayExchange exchange, AccessPart known, DenyReason reason, string detail)
    {
        var decided = Decide(exchange, known);
        return decided.Continues
            ? StageResult.Refuse(reason, detail)
            : StageResult.Refuse(decided.Result.Refusal ?? DenyReason.Faulted, Detail);
    }

    private static StageResult<Permit> Decide(GatewayExchange exchange, AccessPart known) =>
        DecisionMaker.Decide(
            exchange,
            [.. exchange.Request.Parts.Select(other => other.Id == known.Id && other.Role == known.Role ? known : other)]
        );
}
