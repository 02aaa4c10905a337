using PhiGateway.Policy.Decisions;

namespace PhiGateway.Fhir.Requests.Bodies;

/// <summary>The searches found in a body: what they make the server look at, and themselves.</summary>
internal sealed class BodyFindings
{
    internal List<AccessPart> Parts { get; } = [];

    internal List<WriteCondition> Conditions { get; } = [];
}
