namespace PhiGateway.Fhir.Answers.Streaming;

/// <summary>
/// Looks up what the lines of one Bulk Data file are judged by beside themselves, so that a record leaves in a file as it does where it is
/// read: a Slot (and its kin) by what it hangs on, a Provenance (and its kin) by what it speaks of. Implemented by the host.
/// </summary>
public interface ILineSources
{
    /// <summary>Whose the records are that lines hang on.</summary>
    HopTargets Hops { get; }

    /// <summary>What the records are that lines speak of.</summary>
    KnownTargets Targets { get; }

    /// <summary>To what lines are held that are nobody's; null: each is judged by itself alone. Asked once lines were looked up.</summary>
    NamedByLines? Holds { get; }

    /// <summary>Receives what lines name that may leave; null: nobody asks.</summary>
    NamedByLines? Gathers { get; }

    /// <summary>Looks up what these lines need, before any of them is judged.</summary>
    /// <param name="lines">Whole lines; valid until this ends.</param>
    /// <param name="cancellation">The file's.</param>
    /// <exception cref="IOException">It cannot be found out now: without it this would be no whole file.</exception>
    ValueTask FindAsync(ReadOnlyMemory<byte> lines, CancellationToken cancellation);
}
