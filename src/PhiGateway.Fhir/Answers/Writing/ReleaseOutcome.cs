namespace PhiGateway.Fhir.Answers.Writing;

/// <summary>The result of judging and writing one resource.</summary>
internal enum ReleaseOutcome : byte
{
    /// <summary>Could not be judged; the whole answer with it.</summary>
    Broken = 0,
    Withheld,
    Released,
}
