namespace PhiGateway.Fhir.Answers.Streaming;

/// <summary>How the filtering of a streamed answer ended.</summary>
public enum StreamVerdict : byte
{
    /// <summary>
    /// It could not be judged any further: what was handed out stands, nothing more may leave; the host aborts the response, or refuses it
    /// when no segment was handed out.
    /// </summary>
    Unreadable = 0,

    /// <summary>Read to its end; all that may leave was handed out.</summary>
    Complete,

    /// <summary>An entry is longer than may be held: as with an unreadable one, nothing more may leave.</summary>
    TooLarge,
}
