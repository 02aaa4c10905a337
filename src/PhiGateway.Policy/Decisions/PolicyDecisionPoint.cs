using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// Takes a request and a registry snapshot and returns a permit with obligations or a denial with its reason: a pure function, without I/O,
/// with the same answer for the same input. Called by the gateway's stages and by explanations.
/// </summary>
public static class PolicyDecisionPoint
{
    // The order of everything: the first closed door answers. An unknown arm anywhere below denies.
    internal static readonly DecisionQuestion[] Questions =
    [
        new("token revoked", IdentityQuestions.Token, [new(DenyReason.TokenRevoked, OpenedBy.Issuer)]),
        new("client known", IdentityQuestions.Client, [new(DenyReason.UnknownClient, OpenedBy.TwoPersons)]),
        new(
            "client revoked",
            IdentityQuestions.Revocation,
            [new(DenyReason.Revoked, OpenedBy.TwoPersons), new(DenyReason.RegistryNotUnderstood, OpenedBy.Operator)]
        ),
        new(
            "path open",
            IdentityQuestions.Doors,
            [
                new(DenyReason.RegistryContradiction, OpenedBy.Operator),
                new(DenyReason.RegistryNotUnderstood, OpenedBy.Operator),
                new(DenyReason.ClientNotActive, OpenedBy.TwoPersons),
                new(DenyReason.ClientExpired, OpenedBy.TwoPersons),
                new(DenyReason.NotApproved, OpenedBy.TwoPersons),
                new(DenyReason.ApprovalStale, OpenedBy.TwoPersons),
                new(DenyReason.ApprovalExpired, OpenedBy.TwoPersons),
                new(DenyReason.UseCaseNotApproved, OpenedBy.TwoPersons),
                new(DenyReason.UseCaseExpired, OpenedBy.TwoPersons),
                new(DenyReason.AgreementMissing, OpenedBy.TwoPersons),
                new(DenyReason.AgreementNotInForce, OpenedBy.TwoPersons),
                new(DenyReason.AgreementNotReviewed, OpenedBy.TwoPersons),
                new(DenyReason.OrganizationNotActive, OpenedBy.TwoPersons),
                new(DenyReason.VendorReviewOverdue, OpenedBy.TwoPersons),
                new(DenyReason.AgentUnaccountable, OpenedBy.TwoPersons),
                new(DenyReason.OwnerMissing, OpenedBy.Operator),
                new(DenyReason.ReviewOverdue, OpenedBy.Operator),
            ]
        ),
        new(
            "credential in time",
            IdentityQuestions.Credential,
            [
                new(DenyReason.RegistryContradiction, OpenedBy.Operator),
                new(DenyReason.RegistryNotUnderstood, OpenedBy.Operator),
                new(DenyReason.CredentialExpired, OpenedBy.Operator),
                new(DenyReason.CredentialRotationOverdue, OpenedBy.Operator),
            ]
        ),
        new("possession proven", IdentityQuestions.Binding, [new(DenyReason.BindingRequired, OpenedBy.Caller)]),
        new("token lifetime", IdentityQuestions.Lifetime, [new(DenyReason.ClientTokenLifetime, OpenedBy.Issuer)]),
        new("environment", PlaceQuestions.Environment, [new(DenyReason.WrongEnvironment, OpenedBy.Nobody)]),
        new("tenant", PlaceQuestions.Tenant, [new(DenyReason.WrongTenant, OpenedBy.TwoPersons)]),
        new("network", PlaceQuestions.Network, [new(DenyReason.WrongNetwork, OpenedBy.TwoPersons)]),
        new("hours", PlaceQuestions.Hours, [new(DenyReason.OutsideHours, OpenedBy.TwoPersons)]),
        new(
            "agent's charter",
            CharterQuestions.Place,
            [new(DenyReason.AgentToolNotPermitted, OpenedBy.TwoPersons), new(DenyReason.AgentOutsideHours, OpenedBy.TwoPersons)]
        ),
        // Asked before anything that needs facts from elsewhere: nothing is fetched for a chain that may not act.
        new(
            "delegation",
            IdentityQuestions.Delegation,
            [
                new(DenyReason.DelegationTooDeep, OpenedBy.TwoPersons),
                new(DenyReason.DelegationLoop, OpenedBy.Issuer),
                new(DenyReason.UnknownActor, OpenedBy.TwoPersons),
                new(DenyReason.ActorNotPermitted, OpenedBy.TwoPersons),
            ]
        ),
        new("task open", TaskQuestions.Open, [new(DenyReason.TaskNotOpen, OpenedBy.Operator)]),
        new("something asked", InteractionQuestions.Asked, [new(DenyReason.NothingAsked, OpenedBy.Caller)], OfParts: true),
        new(
            "purpose of use",
            PlaceQuestions.Purpose,
            [
                new(DenyReason.PurposeMissing, OpenedBy.Issuer),
                new(DenyReason.PurposeUnknown, OpenedBy.Issuer),
                new(DenyReason.PurposeNotPermitted, OpenedBy.TwoPersons),
                new(DenyReason.JustificationMissing, OpenedBy.Caller),
            ]
        ),
        new(
            "interaction and type",
            InteractionQuestions.Covered,
            [
                new(DenyReason.NotPartOfTask, OpenedBy.Operator),
                new(DenyReason.StepUpRequired, OpenedBy.Issuer),
                new(DenyReason.AgentTypeNotPermitted, OpenedBy.TwoPersons),
                new(DenyReason.OutsideScope, OpenedBy.Issuer),
                new(DenyReason.OutsideUseCase, OpenedBy.TwoPersons),
                new(DenyReason.PatientContextMissing, OpenedBy.Issuer),
                new(DenyReason.IncludeNotPermitted, OpenedBy.TwoPersons),
                new(DenyReason.CrossesTenants, OpenedBy.Caller),
                new(DenyReason.OperationNotPermitted, OpenedBy.TwoPersons),
                new(DenyReason.ConditionNotMet, OpenedBy.Caller),
                new(DenyReason.NotJudgeable, OpenedBy.TwoPersons),
                new(DenyReason.TooConfidential, OpenedBy.TwoPersons),
            ],
            OfParts: true
        ),
        new("elements used", ElementQuestions.Elements, [new(DenyReason.HiddenElement, OpenedBy.TwoPersons)], OfParts: true),
        new(
            "patients",
            PatientQuestions.Patients,
            [
                new(DenyReason.PatientContextMissing, OpenedBy.Issuer),
                new(DenyReason.OutsideRoster, OpenedBy.Operator),
                new(DenyReason.OutsideContext, OpenedBy.Issuer),
                new(DenyReason.OutsideTask, OpenedBy.Operator),
                new(DenyReason.PatientUndetermined, OpenedBy.Caller),
                new(DenyReason.PatientNotFound, OpenedBy.Nobody),
            ],
            OfParts: true
        ),
        new(
            "content written",
            ContentQuestions.Content,
            [
                new(DenyReason.OutsideUseCase, OpenedBy.TwoPersons),
                new(DenyReason.OutsideRoster, OpenedBy.Operator),
                new(DenyReason.OutsideContext, OpenedBy.Issuer),
                new(DenyReason.OutsideTask, OpenedBy.Operator),
                new(DenyReason.PatientUndetermined, OpenedBy.Caller),
                new(DenyReason.PatientNotFound, OpenedBy.Nobody),
                new(DenyReason.ConditionNotMet, OpenedBy.Caller),
                new(DenyReason.TooConfidential, OpenedBy.TwoPersons),
                new(DenyReason.LabelNotPermitted, OpenedBy.TwoPersons),
                new(DenyReason.RelabelNotPermitted, OpenedBy.TwoPersons),
                new(DenyReason.PartialView, OpenedBy.TwoPersons),
                new(DenyReason.HiddenElement, OpenedBy.TwoPersons),
            ],
            OfParts: true
        ),
    ];

    /// <summary>Names of the questions in the order in which they are asked.</summary>
    public static IReadOnlyList<string> QuestionNames { get; } = Array.ConvertAll(Questions, static question => question.Name);

    /// <summary>Asks every question in order; the first closed door answers.</summary>
    public static Decision Decide(AccessRequest request, RegistrySnapshot snapshot)
    {
        var run = new DecisionRun(request, snapshot);
        foreach (var question in Questions)
        {
            if (question.Ask(run) is { } deny)
            {
                return deny;
            }
        }

        return PermitFactory.Create(run);
    }

    /// <summary>The doors that are closed whatever is asked: null when only the parts of a request are still in question.</summary>
    /// <remarks>
    /// For bundles, whose entries are decided one by one: a client whose path is closed is refused once, not once per entry.
    /// </remarks>
    public static Deny? FindClosedDoor(AccessRequest request, RegistrySnapshot snapshot)
    {
        var run = new DecisionRun(request, snapshot);
        foreach (var question in Questions)
        {
            if (!question.OfParts && question.Ask(run) is { } deny)
            {
                return deny;
            }
        }

        return null;
    }

    /// <summary>The doors before the first question about what is asked: null while all of them are open.</summary>
    /// <remarks>
    /// Asked before a body is read: reading one is work that nobody may have done who is refused whatever stands in it. In the order of the
    /// decision, so that the answer is the one that the whole decision would give.
    /// </remarks>
    public static Deny? FindEarlyDoor(AccessRequest request, RegistrySnapshot snapshot)
    {
        var run = new DecisionRun(request, snapshot);
        foreach (var question in Questions)
        {
            if (question.OfParts)
            {
                break;
            }

            if (question.Ask(run) is { } deny)
            {
                return deny;
            }
        }

        return null;
    }

    /// <summary>Decides the same way and says what each question found; for people, not for the hot path.</summary>
    public static DecisionTrace Explain(AccessRequest request, RegistrySnapshot snapshot)
    {
        var run = new DecisionRun(request, snapshot);
        var answers = new List<DecisionAnswer>(Questions.Length);
        Deny? first = null;
        foreach (var question in Questions)
        {
            if (first is not null)
            {
                answers.Add(new DecisionAnswer(question.Name, AnswerOutcome.NotAsked, null, null));
                continue;
            }

            first = question.Ask(run);
            answers.Add(
                new DecisionAnswer(question.Name, first is null ? AnswerOutcome.Open : AnswerOutcome.Closed, first?.Reason, first?.Rule)
            );
        }

        return new DecisionTrace(
            first is null ? PermitFactory.Create(run) : first,
            snapshot.Revision,
            answers,
            snapshot.FindClient(request.Caller.Issuer, request.Caller.ClientId)
        );
    }

    /// <summary>The questions of revocation alone, for answers that are already streaming: null while nothing is revoked.</summary>
    /// <remarks>A client that is not known is no revocation: <see cref="Decide"/> answers that.</remarks>
    public static DenyReason? FindRevocation(Caller caller, string tenant, RegistrySnapshot snapshot)
    {
        if (snapshot.NotUnderstood is not null)
        {
            return DenyReason.RegistryNotUnderstood;
        }

        var revocations = snapshot.Revocations;
        if (revocations.IsEmpty)
        {
            return null;
        }

        if (RevocationQuestion.OfToken(caller, revocations) is not null)
        {
            return DenyReason.TokenRevoked;
        }

        if (RevocationQuestion.OfPlace(caller, tenant, revocations) is not null)
        {
            return DenyReason.Revoked;
        }

        return
            snapshot.FindBinding(caller.Issuer, caller.ClientId) is { } binding
            && (
                RevocationQuestion.OfBinding(binding, revocations) is not null
                || RevocationQuestion.OfProvider(caller, binding.Client, revocations) is not null
                || RevocationQuestion.OfPurpose(caller, binding.Client, revocations) is not null
                || RevocationQuestion.OfActors(caller, snapshot) is not null
            )
            ? DenyReason.Revoked
            : null;
    }
}
