using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Forward;

/// <summary>A call that may go, or why none may. The default value is a refusal.</summary>
internal readonly struct PreparedCall
{
    private readonly StageResult _result;

    private PreparedCall(StageResult result, UpstreamCall? call) => (_result, Call) = (result, call);

    /// <summary>Null exactly when it is refused.</summary>
    public UpstreamCall? Call { get; }

    /// <summary>Why there is no call.</summary>
    public StageResult Result => _result;

    /// <summary>For a creation on a condition: the search that found nothing; null otherwise.</summary>
    public FhirRequest? Unless { get; private init; }

    /// <summary>The same creation without the condition; given exactly with <see cref="Unless"/>.</summary>
    public UpstreamCall? Plain { get; private init; }

    /// <summary>May go.</summary>
    public static PreparedCall Of(UpstreamCall call) => new(StageResult.Continue, call);

    /// <summary>A creation that may go unless a search finds something.</summary>
    public static PreparedCall OfCreation(UpstreamCall plain, FhirRequest unless, Permit permit) =>
        new(StageResult.Continue, UpstreamCallFactory.Unless(plain, unless, permit)) { Unless = unless, Plain = plain };

    /// <summary>Must not go.</summary>
    public static PreparedCall Refused(StageResult refusal) => new(refusal, null);

    /// <summary>Must not go.</summary>
    public static PreparedCall Refused(DenyReason reason, string? detail = null) => new(StageResult.Refuse(reason, detail), null);
}
