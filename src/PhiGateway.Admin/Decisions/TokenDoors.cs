using PhiGateway.Admin.Configuration;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Admin.Decisions;

/// <summary>
/// Judges and words the checks of a token's age, lifetime and scope in an explanation, and names those that cannot be judged.
/// </summary>
internal static class TokenDoors
{
    public const string Age = "token age";
    public const string Lifetime = "token lifetime";
    public const string Scope = "token scope";

    // The question before which scope and grants meet.
    private const string Covered = "interaction and type";

    private const string Closed = "closed";
    private const string Open = "open";
    private const string NotAsked = "not-asked";
    private const string NotJudged = "not-judged";

    /// <summary>What a token of this age is refused with before anything else is asked; null: nothing.</summary>
    public static DenyReason? Refuse(ExplainCaller token, TokenRules? rules, DateTimeOffset now)
    {
        var skew = rules?.ClockSkew ?? TimeSpan.Zero;
        TimeSpan? lifetime = token.Lifetime is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

        // Without its lifetime, a token older than any may live has expired, or lived too long.
        if (
            token.IssuedAt is { } issued
            && (issued > now + skew || (lifetime ?? rules?.MaxLifetime) is { } most && now >= issued + most + skew)
        )
        {
            return issued > now ? DenyReason.InvalidToken : DenyReason.ExpiredToken;
        }

        return lifetime > rules?.MaxLifetime ? DenyReason.TokenLifetimeTooLong : null;
    }

    /// <summary>The questions of an imagined request, with those about the token among them.</summary>
    public static IReadOnlyList<ExplainedQuestion> Render(
        ExplainCaller token,
        IReadOnlyList<ExplainedQuestion> questions,
        DenyReason? reason
    )
    {
        var rendered = new List<ExplainedQuestion>(questions.Count + 2) { new(Age, AgeOf(token, reason)) };
        foreach (var question in questions)
        {
            if (question.Name == Covered)
            {
                rendered.Add(
                    new ExplainedQuestion(
                        Scope,
                        token.Scopes is null && question.Outcome != NotAsked ? NotJudged : ScopeOf(question, reason)
                    )
                );
            }

            rendered.Add(question.Name == Lifetime ? new ExplainedQuestion(Lifetime, LifetimeOf(token, question, reason)) : question);
        }

        return rendered;
    }

    /// <summary>The questions of a decision that was made: its token was judged then, so its reason tells.</summary>
    public static IReadOnlyList<ExplainedQuestion> Render(IReadOnlyList<ExplainedQuestion> questions, DenyReason? reason)
    {
        var rendered = new List<ExplainedQuestion>(questions.Count + 2) { new(Age, AgeOf(reason)) };
        foreach (var question in questions)
        {
            if (question.Name == Covered)
            {
                rendered.Add(new ExplainedQuestion(Scope, ScopeOf(question, reason)));
            }

            rendered.Add(
                question.Name == Lifetime && reason == DenyReason.TokenLifetimeTooLong ? new ExplainedQuestion(Lifetime, Closed) : question
            );
        }

        return rendered;
    }

    /// <summary>What the question told of the token, and what it left open.</summary>
    public static ExplainedToken Describe(
        ExplainCaller token,
        TokenRules? rules,
        int? clientMost,
        IReadOnlyList<ExplainedQuestion> questions,
        DateTimeOffset now
    )
    {
        var left = questions.Where(static question => question.Outcome == NotJudged).Select(static question => question.Name).ToList();
        var missing = left.Select(static name =>
            name switch
            {
                Age => "issued_at",
                Lifetime => "lifetime",
                _ => "scopes",
            }
        );
        var note =
            left.Count == 0
                ? "Judged as the token was described."
                : $"Not judged: {string.Join(", ", left)}. Give the caller's {string.Join(", ", missing)} to have them judged.";
        var most = Least(rules is null ? null : (long)rules.MaxLifetime.TotalSeconds, clientMost);
        return new ExplainedToken(
            token.IssuedAt,
            token.IssuedAt is { } issued ? (long)(now - issued).TotalSeconds : null,
            token.Lifetime,
            most,
            token.Scopes,
            token.Acr,
            token.AuthTime,
            left,
            note
        );
    }

    // Of an imagined request.
    private static string AgeOf(ExplainCaller token, DenyReason? reason)
    {
        // What is refused before the token is looked at asks nothing of it.
        if (reason?.Stage == DenyStage.Ingress)
        {
            return NotAsked;
        }

        if (reason == DenyReason.ExpiredToken || reason == DenyReason.InvalidToken)
        {
            return Closed;
        }

        return token.IssuedAt is null ? NotJudged : Open;
    }

    // Of a decision that was made.
    private static string AgeOf(DenyReason? reason)
    {
        if (reason == DenyReason.ExpiredToken)
        {
            return Closed;
        }

        var early = reason is { Stage: DenyStage.Ingress or DenyStage.Identify } && reason != DenyReason.TokenLifetimeTooLong;
        return early ? NotAsked : Open;
    }

    private static string LifetimeOf(ExplainCaller token, ExplainedQuestion question, DenyReason? reason)
    {
        if (reason == DenyReason.TokenLifetimeTooLong)
        {
            return Closed;
        }

        return question.Outcome == Open && token.Lifetime is null ? NotJudged : question.Outcome;
    }

    // Scopes are asked first: what that question closes for another reason, they had let through.
    private static string ScopeOf(ExplainedQuestion covered, DenyReason? reason)
    {
        if (covered.Outcome != Closed)
        {
            return covered.Outcome;
        }

        return IsAboutScope(reason) ? Closed : Open;
    }

    private static bool IsAboutScope(DenyReason? reason) => reason == DenyReason.OutsideScope || reason == DenyReason.PatientContextMissing;

    private static long? Least(long? one, long? other) =>
        (one, other) switch
        {
            (null, _) => other,
            (_, null) => one,
            ({ } left, { } right) => Math.Min(left, right),
        };
}
