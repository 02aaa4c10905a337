using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>Answers the question that tokens do not: pure, synchronous, the same answer for the same input.</summary>
public static class PolicyDecisionPoint
{
    // The order of everything: the first closed door answers. An unknown arm anywhere below denies.
    private static readonly DecisionQuestion[] Questions =
    [
        new("token revoked", IdentityQuestions.Token),
        new("client known", IdentityQuestions.Client),
        new("client revoked", IdentityQuestions.Revocation),
        new("path open", IdentityQuestions.Doors),
        new("credential in time", IdentityQuestions.Credential),
        new("possession proven", IdentityQuestions.Binding),
        new("token lifetime", IdentityQuestions.Lifetime),
        new("environment", PlaceQuestions.Environment),
        new("tenant", PlaceQuestions.Tenant),
        new("network", PlaceQuestions.Network),
        new("hours", PlaceQuestions.Hours),
        new("something asked", InteractionQuestions.Asked, OfParts: true),
        new("purpose of use", PlaceQuestions.Purpose),
        new("interaction and type", InteractionQuestions.Covered, OfParts: true),
        new("elements used", ElementQuestions.Elements, OfParts: true),
        new("patients", PatientQuestions.Patients, OfParts: true),
        new("content written", ContentQuestions.Content, OfParts: true),
        new("delegation", IdentityQuestions.Delegation),
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
                RevocationQuestion.OfClient(binding.Client, revocations) is not null
                || RevocationQuestion.OfCredential(binding.Credential, revocations) is not null
            )
            ? DenyReason.Revoked
            : null;
    }
}

/// <summary>One question of the decision.</summary>
/// <param name="Name">In words.</param>
/// <param name="Ask">Null when the door is open.</param>
/// <param name="OfParts">It asks about the parts of the request; the others ask about the caller, the place and the hour.</param>
internal sealed record DecisionQuestion(string Name, Func<DecisionRun, Deny?> Ask, bool OfParts = false);
