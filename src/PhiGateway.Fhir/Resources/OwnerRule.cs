namespace PhiGateway.Fhir.Resources;

/// <summary>How it is established whose record a resource of one type is.</summary>
internal enum OwnerRule : byte
{
    /// <summary>Only a literal Patient in its owner element will do; anything else leaves it undetermined.</summary>
    Indirect = 0,

    /// <summary>Patient itself: its id.</summary>
    Self,

    /// <summary>Somebody's record: a missing owner leaves it undetermined.</summary>
    Required,

    /// <summary>Somebody's record, taken part in by related persons, who are not whose record it is.</summary>
    Participants,

    /// <summary>
    /// Somebody's record; where no owner is said, that of the patients whom it names elsewhere, and nobody's when all that it names is.
    /// </summary>
    SubjectOrOthers,

    /// <summary>Nobody's record unless it names a patient.</summary>
    Optional,

    /// <summary>Values about the patients whom they name; where they name none, whose they are cannot be said.</summary>
    Named,
}
