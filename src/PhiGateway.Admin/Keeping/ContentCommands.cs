using System.Text.Json;
using PhiGateway.Admin.Accounting;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Records;

namespace PhiGateway.Admin.Keeping;

/// <summary>
/// Destroys the content of a tenant's month by destroying its keys, when two persons want it, its time has come and no hold keeps it; each
/// step is on record first. What the records are filed under, and every proof over them, stays.
/// </summary>
internal sealed class ContentCommands(
    KeepingRegister register,
    KeepingPlanner planner,
    TrailNames names,
    ShippedSteps steps,
    IAuditJournal journal,
    AdminJournal records,
    AdminOptions options,
    TimeProvider time,
    IAuditKeeping? keeping = null
)
{
    // What the first person asked for and nobody agreed to is forgotten.
    private static readonly TimeSpan AskedFor = TimeSpan.FromDays(30);

    /// <summary>The keys under which content is sealed.</summary>
    public async Task<Outcome<BodyKeyList>> KeysAsync(AdminCall call)
    {
        if (keeping is null)
        {
            return KeepingPlanner.NoStore;
        }

        var keys = await keeping.ListBodyKeysAsync(call.Cancelled);
        return new BodyKeyList([
            .. keys.Select(static key => new SealingKeys(
                KeepingMonths.Text(key.Month),
                key.Tenant,
                key.WrappingKey,
                key.Count,
                key.Destroyed
            )),
        ]);
    }

    /// <summary>Asks for the destruction, agrees to it as the second person, or says what would go.</summary>
    public async Task<Outcome<DestroyedContent>> DestroyAsync(AdminCall call, DestroyContentBody body)
    {
        if (KeepingMonths.Parse(body.Month) is not { } month)
        {
            return AdminProblem.Invalid("/month", "invalid", "A month such as 2015-03 is expected.");
        }

        if (ReasonBody.Require(body.Reason) is { } none)
        {
            return none;
        }

        if (body.Tenant is not { Length: > 0 } tenant || tenant == TrailQuery.Every)
        {
            return AdminProblem.Invalid("/tenant", "required", "Name one tenant.");
        }

        var now = time.GetUtcNow();
        var begun = await register.ReadDestructionsAsync(body.Month!, tenant, now, call.Cancelled);
        var unfinished = BegunDestruction.Unfinished(begun);
        if ((await FindAsync(call, month, tenant, unfinished)).Failed(out var problem, out var found))
        {
            return problem;
        }

        // An ask is used up by the destruction that went on it: what arrives late goes when two persons want that too.
        var used = begun.FirstOrDefault(static one => one.IsDone != false)?.At ?? DateTimeOffset.MinValue;
        var asks = (await register.ReadAsksAsync(body.Month!, tenant, call.Cancelled))
            .Where(ask => now - ask.At <= AskedFor && ask.At > used)
            .ToList();
        if (asks.Find(ask => !call.MayBeAny(ask.Persons)) is { } other)
        {
            found = found with { AskedBy = other.By };
            return call.IsDryRun ? found : await DestroyAsync(call, month, body, found, (other, unfinished));
        }

        if (asks.Count > 0)
        {
            return AdminProblem.Conflict("second-person", $"{asks[0].By} has asked; a second person agrees.");
        }

        if (!call.IsDryRun)
        {
            await register.WriteAsync(
                call,
                KeepingRegister.DestroyAsk,
                Guid.Empty,
                tenant,
                null,
                new DestructionContent(body.Month!, tenant, body.Reason!, call.Persons)
            );
        }

        return found with
        {
            AskedBy = call.Person,
        };
    }

    // What would go; a problem: something stands in the way.
    private async Task<Outcome<DestroyedContent>> FindAsync(AdminCall call, int month, string tenant, BegunDestruction? unfinished)
    {
        if (keeping is null)
        {
            return KeepingPlanner.NoStore;
        }

        if (await names.FindUnknownTenantsAsync([tenant], call.Cancelled) is [_, ..])
        {
            return AdminProblem.Invalid("/tenant", "unknown", "Neither a route, a use case nor a record is of such a tenant.");
        }

        var until = KeepingMonths.End(month).AddYears(options.Keeping.Of(tenant));
        if (until > time.GetUtcNow())
        {
            return AdminProblem.Conflict(
                "kept",
                FormattableString.Invariant($"{KeepingMonths.Text(month)} of {tenant} is kept until {until:yyyy-MM-dd}.")
            );
        }

        if (await planner.HoldsOnAsync(call, keeping, month, tenant) is { Count: > 0 } holds)
        {
            return AdminProblem.Conflict("held", $"It is under the hold {string.Join(", ", holds)}.");
        }

        var bodies = await keeping.BodiesOfAsync(month, tenant, call.Cancelled);
        return bodies switch
        {
            { Logs.Count: 0 } => AdminProblem.NotFound("content of this tenant and month in the store"),
            { Unsealed: > 0 } => AdminProblem.Conflict(
                "not-sealed",
                FormattableString.Invariant(
                    $"{bodies.Unsealed} of these records were stored without being sealed: run 'phi-gateway seal-audit' first."
                )
            ),
            { Readable: 0 } when unfinished is null => AdminProblem.Conflict("destroyed", "The content was destroyed before."),
            _ => new DestroyedContent(
                KeepingMonths.Text(month),
                tenant,
                bodies.Logs.Sum(static range => range.Count),
                bodies.Logs,
                null,
                IsDestroyed: false
            ),
        };
    }

    private async Task<Outcome<DestroyedContent>> DestroyAsync(
        AdminCall call,
        int month,
        DestroyContentBody body,
        DestroyedContent found,
        (DestructionAsk Ask, BegunDestruction? Unfinished) on
    )
    {
        // What they are filed under is all that is left of them then: proven by this record, or it could be changed unseen.
        var columns = await keeping!.DigestColumnsAsync(month, found.Tenant, call.Cancelled);
        if (found.Logs.Any(range => columns.GetValueOrDefault(range.Log)?.Count != range.Count) || columns.Count != found.Logs.Count)
        {
            return AdminProblem.Conflict("changed", "Records of this tenant and month arrived just now. Ask again.");
        }

        var intent = Step(call, KeepingMonths.DestroyEvent, found, call.RequestId, Guid.Empty);
        intent.After = JsonSerializer.Serialize(
            new
            {
                month = found.Month,
                tenant = found.Tenant,
                reason = body.Reason,
                asked = on.Ask.Id,
                completes = on.Unfinished?.Id,
                persons = on.Ask.Persons.Concat(call.Persons).Distinct(StringComparer.Ordinal),
                records = found.Records,
                logs = found.Logs.Select(range => new
                {
                    log = range.Log,
                    first = range.First,
                    last = range.Last,
                    count = range.Count,
                    columns = columns[range.Log].Text,
                }),
            }
        );
        await journal.AppendAsync(intent);
        try
        {
            // A hold that was set before the intent may still have been on its way.
            if (await steps.WaitAsync(call, intent.Id) is { } late)
            {
                await EndAsync(call, found, false, "not destroyed: " + late.Code);
                return late;
            }

            if ((await FindAsync(call, month, found.Tenant, on.Unfinished)).Failed(out var kept, out _))
            {
                await EndAsync(call, found, false, "not destroyed: " + kept.Code);
                return kept;
            }
        }
        catch (Exception)
        {
            await EndAsync(call, found, false, "not destroyed: what keeps it could not be looked up");
            throw;
        }

        long keys;
        try
        {
            // What was begun is done to its end, whoever has left meanwhile.
            keys = await keeping.DestroyBodiesAsync(month, found.Tenant, CancellationToken.None);
        }
        catch (InvalidOperationException refused)
        {
            await EndAsync(call, found, false, "not destroyed: " + refused.Message);
            return AdminProblem.Conflict("not-destroyed", refused.Message);
        }
        catch (Exception)
        {
            // It may be done all the same: two persons complete it, or find that it was not.
            await EndAsync(call, found, null, "unknown: the store did not say whether it was done");
            throw;
        }

        await EndAsync(call, found, true, FormattableString.Invariant($"destroyed, keys={keys}"));
        return found with { IsDestroyed = true };
    }

    // Verifiers go by what it says after, never by the note.
    private async Task EndAsync(AdminCall call, DestroyedContent content, bool? isDone, string note)
    {
        var record = Step(call, KeepingMonths.DestroyedEvent, content, Guid.CreateVersion7(), call.RequestId);
        record.After = JsonSerializer.Serialize(
            new
            {
                month = content.Month,
                tenant = content.Tenant,
                destroyed = isDone,
            }
        );
        record.Note = note;
        await journal.AppendAsync(record, AuditLane.Reserved);
    }

    private AuditRecord Step(AdminCall call, string step, DestroyedContent content, Guid id, Guid parent)
    {
        var record = records.Create(call, step, $"audit/{content.Month}/{content.Tenant}", id, parent, AuditKind.Hold);
        record.Tenant = content.Tenant;
        return record;
    }
}
