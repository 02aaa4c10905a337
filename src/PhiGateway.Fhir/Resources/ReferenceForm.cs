namespace PhiGateway.Fhir.Resources;

/// <summary>Whether a reference names something of this server, something elsewhere, or cannot be read in one way.</summary>
internal enum ReferenceForm : byte
{
    /// <summary>In a form that could be read in more than one way, or by the upstream alone (a search).</summary>
    Unreadable = 0,

    /// <summary>By a name of this server, read exactly.</summary>
    Literal,

    /// <summary>
    /// By no name of this server: described in place, by a number or a word, by another server's address, by its place in a Bundle.
    /// </summary>
    Elsewhere,
}
