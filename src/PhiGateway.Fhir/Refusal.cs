using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir;

/// <summary>Why reading stopped: the reason for the client and the broken rule for operators; never text from the request.</summary>
internal sealed record Refusal(DenyReason Reason, string Detail)
{
    /// <summary>What it is about, for the client alone; null: nothing in particular.</summary>
    internal RequestPlace? Place { get; private init; }

    /// <summary>The same, about a parameter; whoever met it first has said which.</summary>
    internal Refusal About(string parameter) => Place is null ? this with { Place = RequestPlace.Of(parameter) } : this;

    internal Reading<T> As<T>()
        where T : class => Reading<T>.Refused(Reason, Detail, Place);

    internal static Refusal Query(string detail) => new(DenyReason.MalformedQuery, detail);

    internal static Refusal Parameter(string detail) => new(DenyReason.UnknownParameter, detail);

    internal static Refusal Body(string detail) => new(DenyReason.MalformedBody, detail);

    internal static Refusal Header(string detail) => new(DenyReason.MalformedHeader, detail);

    internal static Refusal Unknown(string detail) => new(DenyReason.NotUnderstood, detail);
}
