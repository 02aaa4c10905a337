using System.Text.Json;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Revocations;

/// <summary>Revokes anything that can be revoked, lists what was, and lifts what was revoked by mistake.</summary>
internal sealed class RevocationCommands(RegistryEditor editor, IRegistryStore store, AdminOptions options, TimeProvider time)
{
    private const string Everybody = "*";

    /// <summary>Writes one revocation.</summary>
    /// <param name="call">Whose.</param>
    /// <param name="body">What.</param>
    /// <param name="endsByItself">
    /// Of a subject: whether the row is dropped when nothing that it names can be alive any more; a person's own word stays.
    /// </param>
    public async Task<Outcome<RevocationOutcome>> RevokeAsync(AdminCall call, RevokeBody body, bool endsByItself = false)
    {
        if (ReasonBody.Require(body.Reason) is { } missing)
        {
            return missing;
        }

        var now = time.GetUtcNow();
        if (RevokeBodyRules.Check(body, now) is { Count: > 0 } findings)
        {
            return AdminProblem.Invalid(findings);
        }

        // Every issuer's is said by no name: of a token another word for it would stop nobody.
        if (body is { Target: not RevocationTarget.Subject, Issuer: Everybody })
        {
            body = body with { Issuer = null };
        }

        if (body.Issuer is { } issuer && FindMeant(issuer) is { } meant)
        {
            return AdminProblem.Invalid("/issuer", "not-its-name", $"This issuer goes by the name '{meant}' here: nothing was revoked.");
        }

        var issuedBefore = body.Target is RevocationTarget.IssuedBefore or RevocationTarget.Subject
            ? body.IssuedBefore ?? now
            : (DateTimeOffset?)null;
        var row = new Revocation(
            Guid.CreateVersion7(now).ToString(),
            body.Target!.Value,
            body.Value ?? Everybody,
            body.Issuer,
            issuedBefore,
            body.Reason!,
            PersonName.Signed(call.Persons),
            now
        )
        {
            Until = endsByItself && issuedBefore is { } moment ? Later(moment, now) + Revocation.LongestLife : null,
        };
        return await WriteAsync(call, "revocation.create", row);
    }

    /// <summary>Lifts one; never by who wrote it, and never what no person stands behind.</summary>
    public async Task<Outcome<RevocationOutcome>> LiftAsync(AdminCall call, string id, ReasonBody body)
    {
        if (ReasonBody.Require(body.Reason) is { } missing)
        {
            return missing;
        }

        var rows = await RevocationRows.AllAsync(store, call.Cancelled);
        var row = rows.FirstOrDefault(found => found.Id == id);
        if (row is null)
        {
            return AdminProblem.NotFound("revocation");
        }

        if (row.Lifted)
        {
            return AdminProblem.Conflict("is-a-lift", "This row lifts a revocation; it cannot be lifted itself.");
        }

        // A lift takes every revocation of the same thing away, so nobody who wrote one of them does it. What an earlier one took away is
        // over: whoever wrote that in another year is a second person as any other.
        var same = row.FindKey();
        var standing = rows.Where(other => other.FindKey() == same).TakeWhile(static other => !other.Lifted).ToList();
        if (standing.Count == 0)
        {
            return AdminProblem.Conflict("already-lifted", "It is lifted already: nothing of it is in force.");
        }

        if (standing.Any(other => call.Persons.Any(person => PersonName.Names(other.By, person))))
        {
            return new AdminProblem(
                403,
                "four-eyes",
                "A second person must approve",
                "You wrote this revocation; somebody else must lift it."
            );
        }

        // Security: what opens needs two, and a machine is none (docs/adr/0072). Who revokes the same answers for it, and is the first; who
        // revoked or lifted it in another year answered for that, and not for what stands now.
        if (standing.TrueForAll(static other => AdminKeyRules.IsMachine(other.By)))
        {
            return new AdminProblem(
                403,
                "four-eyes",
                "A second person must approve",
                "The gateway, or a signal, revoked this: somebody else revokes the same first, and so answers for it; then you lift it."
            );
        }

        var now = time.GetUtcNow();
        return await WriteAsync(
            call,
            "revocation.lift",
            standing[0] with
            {
                Id = Guid.CreateVersion7(now).ToString(),
                Reason = body.Reason!,
                By = PersonName.Signed(call.Persons),
                At = now,
                Lifted = true,
                // It stays as long as all that it lifts.
                Until = standing.Exists(static other => other.Until is null) ? null : standing.Max(static other => other.Until),
            },
            standing[0].Id
        );
    }

    /// <summary>One page of revocations, newest first.</summary>
    public async Task<Outcome<RevocationPage>> ListAsync(AdminCall call, PageRequest page)
    {
        var rows = page.After is null
            ? await store.ListRevocationsAsync(page.Limit + 1, call.Cancelled)
            : await RevocationRows.AllAsync(store, call.Cancelled);
        if (page.After is { } after)
        {
            rows = [.. rows.SkipWhile(row => row.Id != after.Id)];
            if (rows.Count == 0)
            {
                return AdminProblem.BadParameter("cursor", "it does not belong to this list.");
            }

            rows = [.. rows.Skip(1)];
        }

        var found = rows.Take(page.Limit + 1).ToList();
        return found.Count > page.Limit
            ? new RevocationPage(found[..page.Limit], new Cursor(null, found[page.Limit - 1].Id).Encode())
            : new RevocationPage(found, null);
    }

    // Revocations go by the names that the configuration gives; an `iss`, or a name in other letters, would stop nobody. A name that this node
    // does not know at all may be another node's.
    private string? FindMeant(string issuer)
    {
        var known = options.Signals.Issuers;
        return known.ContainsKey(issuer)
            ? null
            : known
                .Where(one => IsAlike(one.Key, issuer) || IsAlike(one.Value.TrimEnd('/'), issuer.TrimEnd('/', ' ')))
                .Select(static one => one.Key)
                .FirstOrDefault();
    }

    private static bool IsAlike(string one, string other) => string.Equals(one, other.Trim(), StringComparison.OrdinalIgnoreCase);

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private async Task<Outcome<RevocationOutcome>> WriteAsync(AdminCall call, string @event, Revocation row, string? seen = null)
    {
        // A token hash, a jti or a subject is no secret, but nobody's business in a target either way: the id leads to the row.
        var target = row.Target switch
        {
            RevocationTarget.Token or RevocationTarget.TokenHash => "token",
            RevocationTarget.Subject => row.Issuer,
            _ => row.Value,
        };
        var name = JsonNamingPolicy.KebabCaseLower.ConvertName(row.Target.ToString());
        var edit = new Edit(
            @event,
            $"{name}/{target}",
            set =>
                // What is not in a set that may be old may be in the registry, and what none of its documents names in one that is not
                // understood here: it is stopped all the same.
                row.Lifted
                || set.MayBeOld
                || RevocationMatch.Of(set, row).IsKnown
                || RevocationMatch.MayBeNamed(set, row.Target)
                    ? new EditPlan([])
                    {
                        Revocations = [row],
                        SeenRevocation = seen,
                        Note = row.Reason,
                    }
                    : AdminProblem.Invalid("/value", "unknown-target", $"There is no such {name} in the registry: nothing was revoked.")
        )
        {
            IsRowsOnly = true,
        };
        return (await editor.WriteAsync(call, edit)).Failed(out var problem, out var outcome)
            ? problem
            : new RevocationOutcome(row, outcome);
    }
}

/// <summary>The result of writing or lifting a revocation: its row and the change.</summary>
/// <param name="Row">The row.</param>
/// <param name="Edit">The change.</param>
internal sealed record RevocationOutcome(Revocation Row, EditOutcome Edit);

/// <summary>One page of revocations.</summary>
/// <param name="Items">Newest first.</param>
/// <param name="Next">Where the next page begins; null: this is the last.</param>
internal sealed record RevocationPage(IReadOnlyList<Revocation> Items, string? Next);
