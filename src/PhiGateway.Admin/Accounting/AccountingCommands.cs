using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Admin.Accounting;

/// <summary>
/// Accounts for disclosures to patients, and keeps the register of holds and requests; each call is on record before it is answered.
/// </summary>
internal sealed class AccountingCommands(
    IAuditStore store,
    IAuditJournal journal,
    AdminJournal records,
    WorkingSetSource sets,
    DisclosureRegister register,
    TimeProvider time,
    IPatientPseudonym? pseudonym = null
)
{
    private static readonly TimeSpan LongestOral = TimeSpan.FromDays(30);

    // Leap days are given to the patient.
    private static readonly TimeSpan Year = TimeSpan.FromDays(366);

    /// <summary>The accounting of one patient; answers the request that it names.</summary>
    public async Task<Outcome<AccountingReport>> ReportAsync(AdminCall call, AccountingQuery query)
    {
        if (AccountingRule.Find(query.Rule) is not { } rule)
        {
            return AdminProblem.Invalid("/rule", "unknown", "hipaa or part2 is expected.");
        }

        return rule.NotInForce is { } why ? AdminProblem.Conflict("rule-not-in-force", why) : await ReportAsync(call, query, rule);
    }

    /// <summary>The same by a rule that the caller has chosen.</summary>
    internal async Task<Outcome<AccountingReport>> ReportAsync(AdminCall call, AccountingQuery query, AccountingRule rule)
    {
        if (PatientOf(query.Tenant, query.Patient).Failed(out var problem, out var patient))
        {
            return problem;
        }

        var now = time.GetUtcNow();
        var to = query.To is { } asked && asked < now ? asked : now;
        var from = query.From ?? now - (rule.Years * Year);
        if (from >= to)
        {
            return AdminProblem.Invalid("/to", "invalid", "It must be after 'from'.");
        }

        if (
            query.Request is { } id
            && !IsOf(await register.FindAsync(id, DisclosureRegister.Request, call.Cancelled), query.Tenant, patient)
        )
        {
            return AdminProblem.Invalid("/request", "unknown", "This patient has made no such request.");
        }

        var record = records.Create(call, "audit.accounting", "audit", call.RequestId, Guid.Empty, AuditKind.AuditUse);
        record.Tenant = query.Tenant;
        record.Patients = [patient];
        record.Note = $"rule={rule.Name} from={from.UtcDateTime:O} to={to.UtcDateTime:O}";
        await journal.AppendAsync(record);

        var fold = new AccountingFold(
            rule,
            await sets.GetAsync(call.Cancelled),
            await register.HoldsAsync(query.Tenant, patient, call.Cancelled),
            patient
        );
        // What a node recorded whose clock was ahead was released all the same, and its patient is told today.
        var found = new AuditQuery
        {
            From = from,
            To = to < now ? to : null,
            PatientKeys = [pseudonym!.Of(query.Tenant, patient)],
        };
        await foreach (var (_, one) in TrailWalk.AllAsync(store, found, call.Cancelled))
        {
            fold.Add(one);
        }

        if (query.Request is { } request)
        {
            _ = await register.WriteAsync(call, DisclosureRegister.Answer, request, query.Tenant, patient, null);
        }

        return new AccountingReport(
            rule.Citation,
            query.Tenant,
            patient,
            from,
            to,
            now,
            call.Person,
            fold.Lines(),
            fold.LeftOut,
            fold.Held,
            fold.HeldUnproven
        );
    }

    /// <summary>Sets a hold.</summary>
    public async Task<Outcome<RegisterEntry>> HoldAsync(AdminCall call, HoldBody body)
    {
        if (PatientOf(body.Tenant, body.Patient).Failed(out var problem, out var patient))
        {
            return problem;
        }

        var now = time.GetUtcNow();
        if (string.IsNullOrWhiteSpace(body.Agency) || body.Agency.Length > 200)
        {
            return AdminProblem.Invalid("/agency", "required", "The agency, and who of it asks.");
        }

        if (ReasonBody.Require(body.Reason) is { } none)
        {
            return none;
        }

        if (body.Until <= now)
        {
            return AdminProblem.Invalid("/until", "invalid", "It must be in the future.");
        }

        return body.Oral && body.Until > now + LongestOral
            ? AdminProblem.Invalid("/until", "too-long", "By word of mouth for at most 30 days; longer needs a written statement.")
            : await StepAsync(
                call,
                DisclosureRegister.Hold,
                Guid.Empty,
                body.Tenant,
                patient,
                new HoldContent(body.Organization, body.Agency, body.Reason, body.Oral, body.Until)
            );
    }

    /// <summary>Releases a hold before its time.</summary>
    public Task<Outcome<RegisterEntry>> ReleaseAsync(AdminCall call, string id, ReasonBody body) =>
        FollowAsync(call, id, DisclosureRegister.Hold, DisclosureRegister.Release, body);

    /// <summary>Puts down a request.</summary>
    public async Task<Outcome<RegisterEntry>> AskAsync(AdminCall call, AskedBody body)
    {
        if (PatientOf(body.Tenant, body.Patient).Failed(out var problem, out var patient))
        {
            return problem;
        }

        return body.Received > time.GetUtcNow()
            ? AdminProblem.Invalid("/received", "invalid", "It must not be in the future.")
            : await StepAsync(call, DisclosureRegister.Request, Guid.Empty, body.Tenant, patient, new RequestContent(body.Received));
    }

    /// <summary>Takes the 30 days more, once.</summary>
    public async Task<Outcome<RegisterEntry>> ExtendAsync(AdminCall call, string id, ReasonBody body)
    {
        var known = await register.RequestsAsync(call.Cancelled);
        return known.Items.Any(item => item.Id.ToString("D") == id && (item.Extended is not null || item.Answered is not null))
            ? AdminProblem.Conflict("not-extendable", "It was extended, or answered, before.")
            : await FollowAsync(call, id, DisclosureRegister.Request, DisclosureRegister.Extension, body);
    }

    private static bool IsOf(AuditRecord? request, string tenant, string patient) =>
        request is not null && request.Tenant == tenant && request.Patients.SequenceEqual([patient]);

    private async Task<Outcome<RegisterEntry>> FollowAsync(AdminCall call, string id, string opened, string step, ReasonBody body)
    {
        if (ReasonBody.Require(body.Reason) is { } none)
        {
            return none;
        }

        if (
            !Guid.TryParseExact(id, "D", out var guid)
            || await register.FindAsync(guid, opened, call.Cancelled) is not { Patients: [var patient] } found
        )
        {
            return AdminProblem.NotFound("entry");
        }

        return await StepAsync(call, step, guid, found.Tenant, patient, new ExtensionContent(body.Reason!));
    }

    private async Task<Outcome<RegisterEntry>> StepAsync(
        AdminCall call,
        string step,
        Guid parent,
        string? tenant,
        string patient,
        object content
    ) => call.IsDryRun ? new RegisterEntry(Guid.Empty, step) : await register.WriteAsync(call, step, parent, tenant, patient, content);

    private Outcome<string> PatientOf(string tenant, string patient)
    {
        if (string.IsNullOrEmpty(tenant) || tenant == TrailQuery.Every || pseudonym is null)
        {
            return AdminProblem.Invalid("/tenant", "required", "A patient is one within one tenant.");
        }

        const string Type = "Patient/";
        var id = patient.StartsWith(Type, StringComparison.Ordinal) ? patient[Type.Length..] : patient;
        return PatientId.TryParse(id, out _)
            ? id
            : AdminProblem.Invalid("/patient", "invalid", "A patient's logical id is expected, with or without 'Patient/' before it.");
    }
}
