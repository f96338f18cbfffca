package rehearsal;

import java.util.Map;

/** The function of a rehearsal, in a folder of its own as a function's classes are. */
public class Echo {
    /** @return the event */
    public Map<String, Object> handle(Map<String, Object> event) {
        return event;
    }
}
