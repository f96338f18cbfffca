package library;

/** Comes in a jar below lib/. */
public final class Library {
    private Library() {
    }

    public static String name() {
        return "library";
    }
}
