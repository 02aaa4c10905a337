using PhiGateway.Policy.Decisions;

namespace PhiGateway.Fhir.Requests.Bodies;

/// <summary>Collects the searches found in a request's body (conditional references) and the parts that they add to the request.</summary>
internal sealed class BodyFindings
{
    internal List<AccessPart> Parts { get; } = [];

    internal List<WriteCondition> Conditions { get; } = [];
}
