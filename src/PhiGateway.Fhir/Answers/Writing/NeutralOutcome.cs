namespace PhiGateway.Fhir.Answers.Writing;

/// <summary>What stands in for every OperationOutcome of the upstream, whose texts can hold values, queries and hosts.</summary>
internal static class NeutralOutcome
{
    public static ReadOnlySpan<byte> Json =>
        """{"resourceType":"OperationOutcome","issue":[{"severity":"information","code":"informational"}]}"""u8;
}
